/**
 * Counts failures of upkeep, the work that Usher does by itself. If upkeep fails several times in a row, announces that
 * the connection fails. A success ends the count.
 */
import type { UpkeepTurn } from "../upkeep/upkeep-step.js";
import { announceFailing } from "./announce-failing.js";
import { changeWatched } from "./change-watched.js";
import { countUpkeepFailure, endUpkeepFailures } from "./failures.repository.js";

type Turn = Pick<UpkeepTurn, "services" | "connection" | "isMine">;

export async function noteUpkeepFailed({ services, connection, isMine }: Turn, code: string): Promise<void> {
  let isCounted = false;
  await changeWatched(services, connection, isMine, async (unit) => {
    await countUpkeepFailure(unit, connection.id);
    isCounted = true;
  });
  const { registry, runtime } = services;
  if (isCounted) await announceFailing({ store: services, registry, publicUrl: runtime.publicUrl }, connection, code);
}

export async function noteUpkeepSucceeded({ services, connection, isMine }: Turn): Promise<void> {
  await changeWatched(services, connection, isMine, (unit) => endUpkeepFailures(unit, connection.id));
}
