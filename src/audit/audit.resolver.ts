/** The audit log in GraphQL. */
import { Arg, Args, Ctx, ID, Query, Resolver } from "type-graphql";
import { ownOrganizationOf } from "../access/organization-argument.js";
import type { RequestContext } from "../access/request-context.js";
import type { Store } from "../access/store.js";
import { PageArgs, type Page } from "../platform/graphql/paging.js";
import { AuditEntryPage, AuditEntryType, AuditLogFilter } from "./audit-entry.type.js";
import { listAuditEntries } from "./list-audit-entries.js";

@Resolver()
export class AuditResolver {
  constructor(private readonly store: Store) {}

  @Query(() => AuditEntryPage, {
    description: "Actions of administrators, programs and sign-ins, newest first. Needs AUDIT_READ.",
  })
  async auditLog(
    @Ctx() context: RequestContext,
    @Arg("organizationId", () => ID, {
      nullable: true,
      description:
        "The organization. When left out: the organization of the session or API key; for the operator, the entries that concern the whole installation.",
    })
    organizationId: string | null | undefined,
    @Arg("filter", () => AuditLogFilter, { nullable: true, description: "Which entries to show." })
    filter: AuditLogFilter | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<AuditEntryType>> {
    return await listAuditEntries(this.store, context.caller, {
      organizationId: organizationId ?? ownOrganizationOf(context.caller),
      filter,
      page,
    });
  }
}
