/** Messages of the outbox in GraphQL. */
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from "type-graphql";
import { ownOrganizationOf } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { PageArgs, type Page } from "../../platform/graphql/paging.js";
import { listMails, type ListedMail } from "./list-mails.js";
import { MailFilterInput, MailPage, MailType } from "./mail.type.js";

@Resolver(() => MailType)
export class MailResolver {
  constructor(private readonly store: Store) {}

  @Query(() => MailPage, {
    description:
      "The messages to people of an organization in the last 30 days, the newest first. `filter: { states: [RETRYING, GIVEN_UP] }` shows what has not arrived. Needs AUDIT_READ.",
  })
  async mails(
    @Ctx() { caller }: RequestContext,
    @Arg("organizationId", () => ID, {
      nullable: true,
      description:
        "The organization. When left out: the organization of the session or API key; for the operator, the messages of the whole installation.",
    })
    organizationId: string | null | undefined,
    @Arg("filter", () => MailFilterInput, { nullable: true, description: "Which messages to show." })
    filter: MailFilterInput | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<MailType>> {
    const query = { organizationId: organizationId ?? ownOrganizationOf(caller), filter: filter ?? {}, page };
    return await listMails(this.store, caller, query);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "Why the last attempt failed. For the operator, because it may name the mail server; null for other callers, and without a failure.",
  })
  lastError(@Root() { lastError }: ListedMail, @Ctx() { caller }: RequestContext): string | null {
    return caller.kind === "OPERATOR" ? lastError : null;
  }
}
