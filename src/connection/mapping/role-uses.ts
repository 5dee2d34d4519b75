/** Speaks against deleting a role that mappings give: they would give nothing, and nobody would notice. */
import type { FindRoleUses } from "../../people/role/role-guard.js";
import { countMappingsToRole } from "./mapping.repository.js";

/** The role mappings that name a role; `ids` are their connections. */
export const findRoleMappingUses: FindRoleUses = async (reader, role) => {
  const counts = await countMappingsToRole(reader, role.id);
  const count = [...counts.values()].reduce((sum, each) => sum + each, 0);
  return count === 0 ? [] : [{ by: "ROLE_MAPPINGS", count, ids: [...counts.keys()] }];
};
