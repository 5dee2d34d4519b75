/** The interface by which modules above people report uses of a role. */
import type { Reader } from "../../platform/database/database.js";
import type { Role, RoleUse } from "./role.js";

/**
 * Finds the uses of a role in one module. The caller locks the organization, in the unit of work that deletes the role.
 */
export type FindRoleUses = (reader: Reader, role: Role) => Promise<readonly RoleUse[]>;
