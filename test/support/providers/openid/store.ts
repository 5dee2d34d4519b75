/** Stores the stand-in's sessions, codes and grants in memory, separately for each provider. The stand-in supplies the clients. */
import type { Payload } from "oidc-provider";

/** The library's interface of a store for one kind of row. */
interface Adapter {
  upsert(id: string, payload: Payload): Promise<void>;
  find(id: string): Promise<Payload | undefined>;
  findByUid(uid: string): Promise<Payload | undefined>;
  findByUserCode(userCode: string): Promise<Payload | undefined>;
  consume(id: string): Promise<void>;
  destroy(id: string): Promise<void>;
  revokeByGrantId(grantId: string): Promise<void>;
}

/**
 * Makes the library's adapter factory.
 *
 * @param findClient reads a client's metadata at each request, so that redirect URIs can be added at any time
 */
export function createStore(findClient: (clientId: string) => Payload | undefined): (kind: string) => Adapter {
  const rows = new Map<string, Payload>();
  return (kind) => {
    const findWhere = (matches: (payload: Payload) => boolean) =>
      [...rows].find(([key, payload]) => key.startsWith(`${kind}:`) && matches(payload))?.[1];
    return {
      async upsert(id, payload) {
        rows.set(`${kind}:${id}`, payload);
      },
      async find(id) {
        return kind === "Client" ? findClient(id) : rows.get(`${kind}:${id}`);
      },
      async findByUid(uid) {
        return findWhere((payload) => payload.uid === uid);
      },
      async findByUserCode(userCode) {
        return findWhere((payload) => payload.userCode === userCode);
      },
      async consume(id) {
        const payload = rows.get(`${kind}:${id}`);
        if (payload) payload["consumed"] = Math.floor(Date.now() / 1000);
      },
      async destroy(id) {
        rows.delete(`${kind}:${id}`);
      },
      async revokeByGrantId(grantId) {
        for (const [key, payload] of rows) if (payload.grantId === grantId) rows.delete(key);
      },
    };
  };
}
