/** How the rooms above say that they would miss a role. */
import type { Reader } from "../../platform/database/database.js";
import type { Role, RoleUse } from "./role.js";

/**
 * What of another room would miss a role; empty when nothing would. Asked in the unit of work that deletes, with the
 * organization locked.
 */
export type FindRoleUses = (reader: Reader, role: Role) => Promise<readonly RoleUse[]>;
