/** The dependencies of the steps of a sign-in. The composition root supplies them. */
import type { Store } from "../access/store.js";
import type { OpenedConnection } from "../connection/opened-connections.js";
import type { Runtime } from "../connection/contract/index.js";
import type { OpenApp } from "../connection/operator-app/opened-apps.js";
import type { ConnectionTypeRegistry } from "../connection/registry.js";
import type { Connection } from "../connection/stored/connection.js";
import type { Clock } from "../platform/clock.js";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import type { Destination } from "./link/destination.js";
import type { ReturnRules } from "./return-to.js";

export interface SignInServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly keyRing: KeyRing;
  readonly registry: ConnectionTypeRegistry;
  /** Opens a connection, or returns the instance that is open for its version. */
  readonly open: (connection: Connection) => Promise<OpenedConnection>;
  /** Opens an app of the operator, for people whose connection is not known yet. */
  readonly openApp: OpenApp;
  /** The runtime of the operator's app of a type. */
  readonly appRuntime: (typeId: string) => Runtime;
  readonly returnRules: ReturnRules;
  /** Places in the product that one-time links can lead to. */
  readonly destinations: readonly Destination[];
  /** An address or a URL at which the operator can be reached; `null` if the operator has set none. */
  readonly operatorContact: string | null;
  /** Makes the short reference by which an administrator finds an attempt. */
  readonly reference: () => string;
  /** Logs a defect. Expected refusals are recorded as attempts and not logged. */
  readonly logDefect: (error: unknown, reference: string) => void;
}
