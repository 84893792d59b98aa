export { forwardsOptions, noteForwards, useResume } from "./api";
export { Addresses, ServicePanel, Ways } from "./ServicePanel";
