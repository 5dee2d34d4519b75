/** Records whom a directory, or one of its rules, added to a group and removed from it. */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { recordAudits } from "../../../audit/record-audit.js";
import type { Group } from "../../../people/group/group.js";

/** @param mappingId the mapping that gave or took away the memberships; `null` if the provider named the members itself */
export async function auditMembers(
  unit: UnitOfWork,
  { id, organizationId }: Group,
  { added, removed }: { readonly added: readonly string[]; readonly removed: readonly string[] },
  mappingId: string | null,
): Promise<void> {
  const subject = { type: "group", id };
  const view = (userIds: readonly string[]) => ({ userIds, ...(mappingId === null ? {} : { mappingId }) });
  const entries = [
    { organizationId, action: "group.members_added", subject, after: view(added) },
    { organizationId, action: "group.members_removed", subject, before: view(removed) },
  ];
  await recordAudits(
    unit,
    [added, removed].flatMap((userIds, place) => (userIds.length > 0 ? [entries[place]!] : [])),
  );
}
