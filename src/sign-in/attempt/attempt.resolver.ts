/** The query by which an administrator finds the attempt of a reference. */
import { Arg, Args, Ctx, Query, Resolver } from "type-graphql";
import { requirePermission } from "../../access/caller.js";
import { OrganizationArgument } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { toDate } from "../../platform/database/values.js";
import { PageArgs, toPage, type Page } from "../../platform/graphql/paging.js";
import { pageAttempts, readSteps, type RecordedAttempt } from "./attempt.repository.js";
import { AttemptFilterInput, AttemptPage, AttemptType } from "./attempt.type.js";

/** The texts of the error catalogue for an outcome; `null` for a success. */
export type ExplainOutcome = (outcome: string) => { readonly message: string; readonly remedy: string } | null;

@Resolver()
export class AttemptResolver {
  constructor(
    private readonly store: Store,
    private readonly explain: ExplainOutcome,
  ) {}

  @Query(() => AttemptPage, {
    description:
      "Sign-in attempts of an organization, latest first, each with its steps, its outcome and how to fix it. Needs CONNECTIONS_READ.",
  })
  async signInAttempts(
    @Ctx() { caller }: RequestContext,
    @OrganizationArgument("The organization.") organizationId: string,
    @Arg("filter", () => AttemptFilterInput, { nullable: true, description: "Which attempts to list; all if omitted." })
    filter: AttemptFilterInput | null,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<AttemptType>> {
    requirePermission(caller, organizationId, "CONNECTIONS_READ");
    const rows = await pageAttempts(this.store.reader, organizationId, filter ?? {}, page);
    return toPage(rows, (row) => this.show(row));
  }

  private show(row: RecordedAttempt): AttemptType {
    const text = this.explain(row.outcome);
    return {
      id: row.id,
      reference: row.reference,
      connectionId: row.connection_id,
      userId: row.user_id,
      outcome: row.outcome,
      message: text?.message ?? null,
      remedy: text?.remedy ?? null,
      detail: row.detail,
      steps: readSteps(row).map(({ step, at }) => ({ step, at: new Date(at) })),
      issuer: row.issuer,
      subject: row.subject,
      email: row.email,
      authenticationMethods: row.authentication_methods?.split(" ") ?? [],
      address: row.address,
      userAgent: row.user_agent,
      occurredAt: toDate(row.occurred_at),
    };
  }
}
