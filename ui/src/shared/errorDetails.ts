import type { IpcError } from "@/ipc";

import { sentence } from "./format";

/** Where and when a failure was met. */
type Met = { title: string; screen: string; version: string };

/** What *Copy details* copies: all that someone who helps needs to know, and nothing that was typed in. */
export function errorDetails(failure: IpcError, { title, screen, version }: Met): string {
  const lines = [
    title,
    sentence(failure.message),
    failure.hint && sentence(failure.hint),
    "",
    `Berth ${version}, screen ${screen}, ${failure.at.toISOString()}, kind ${failure.code}`,
    failure.detail && `Raw message: ${failure.detail}`,
  ];
  return lines.filter((line) => line !== null).join("\n");
}
