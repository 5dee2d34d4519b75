/** The services that operations of connections need. */
import type { Store } from "../access/store.js";
import type { ConnectionTypeRegistry } from "./registry.js";
import type { RuntimeParts } from "./runtime.js";

export interface ConnectionServices extends Store {
  readonly registry: ConnectionTypeRegistry;
  readonly runtime: RuntimeParts;
  /** An address or a URL at which the operator can be reached; `null` if the operator has set none. */
  readonly operatorContact: string | null;
}
