/** Who sees more of a connection than its name. */
import { holds, requirePermission, type Caller } from "../../access/caller.js";
import type { Connection } from "../stored/connection.js";

/**
 * Settings, policies and keys need a permission for connections. A caller who reaches a connection in a different way, such as
 * through a user's identity, sees only its name.
 */
export function requireInsight(caller: Caller, { organizationId }: Connection): void {
  if (!holds(caller, organizationId, "CONNECTIONS_WRITE"))
    requirePermission(caller, organizationId, "CONNECTIONS_READ");
}
