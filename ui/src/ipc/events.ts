import { events, type ConnectionNotice, type ForwardView, type RunId, type RunView } from "./bindings";

/** What to do when the core tells something by itself. */
type Listeners = {
  runsChanged: (runs: RunView[]) => void;
  runsDeleted: (runs: RunId[]) => void;
  connectionsChanged: (connections: ConnectionNotice[]) => void;
  logsGrew: (runs: RunId[]) => void;
  forwardsChanged: (forwards: ForwardView[]) => void;
};

/** Listens to everything; the returned function ends it. */
export function listenToCore(listeners: Listeners): () => void {
  const subscriptions = [
    events.runsChanged.listen((event) => listeners.runsChanged(event.payload)),
    events.runDeleted.listen((event) => listeners.runsDeleted(event.payload)),
    events.connectionChanged.listen((event) => listeners.connectionsChanged(event.payload)),
    events.logGrew.listen((event) => listeners.logsGrew(event.payload)),
    events.forwardsChanged.listen((event) => listeners.forwardsChanged(event.payload)),
  ];
  return () => {
    for (const subscription of subscriptions) void subscription.then((stop) => stop());
  };
}
