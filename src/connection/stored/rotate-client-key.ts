/** Rotates the client keys of a connection, one step at a time. */
import { causeOf, type Caller } from "../../access/caller.js";
import { Failure } from "../../platform/errors/failure.js";
import { CONNECTION_KEY_MISSING } from "../failures.js";
import type { ConnectionServices } from "../services.js";
import { describeClientKeys, rotateClientKeys, sealClientKeys, type RotationStep } from "./client-keys.js";
import { readForChange, storeChange } from "./connection.changes.js";
import { CONNECTION_UPDATED } from "./connection.events.js";
import { readConnectionFor } from "./connection.operations.js";
import type { Connection } from "./connection.js";

export interface KeyRotation {
  readonly id: string;
  readonly step: RotationStep;
}

/**
 * Takes one step of a rotation. No session ends, because the keys prove only to the provider that a request comes from
 * Usher. They prove nothing about people.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, UNKNOWN_CONNECTION_TYPE, CONNECTION_KEY_MISSING
 */
export async function rotateConnectionKey(
  services: ConnectionServices,
  caller: Caller,
  { id, step }: KeyRotation,
): Promise<Connection> {
  const { registry, runtime, begin } = services;
  const found = await readConnectionFor(services, caller, id, "CONNECTIONS_WRITE");
  const { clientKeys: use } = registry.get(found.type);
  if (use === undefined || found.clientKeys.length === 0) throw new Failure(CONNECTION_KEY_MISSING, { step });
  const fresh = step === "PUBLISH_NEXT" ? await use.createKeys() : [];
  return await begin(caller, causeOf(caller), async (unit) => {
    const before = await readForChange(unit, found);
    const sealed = sealClientKeys(runtime.keyRing, id, fresh, { state: "NEXT", now: unit.now });
    const clientKeys = rotateClientKeys(before.clientKeys, step, sealed);
    if (clientKeys === null) throw new Failure(CONNECTION_KEY_MISSING, { step });
    const lists = { before: describeClientKeys(before.clientKeys), after: describeClientKeys(clientKeys) };
    if (JSON.stringify(lists.before) === JSON.stringify(lists.after)) return before;
    return await storeChange(
      unit,
      before,
      { ...before, clientKeys },
      { event: CONNECTION_UPDATED, raisesTrust: false, lists },
    );
  });
}
