/** Queries for sign-in attempts: a single attempt by its reference, or a list of attempts. */
import type DataLoader from "dataloader";
import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import { requirePermission, scopeFor } from "../../access/caller.js";
import { OrganizationArgument } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { toDate, toDateOrNull } from "../../platform/database/values.js";
import { PageArgs, toPage, type Page } from "../../platform/graphql/paging.js";
import { JsonScalar } from "../../platform/graphql/scalars.js";
import type { ShownClaims } from "./attempt.js";
import { findAttempt, pageAttempts, readSteps, type RecordedAttempt } from "./attempt.repository.js";
import type { Evidence } from "./evidence.js";
import { ProfileFieldType, SignInDecisionType, SignInRuleType } from "./explanation.type.js";
import type { ExplainOutcome, ShowExplanation } from "./show-explanation.js";
import { AttemptFilterInput, AttemptPage, AttemptType } from "./attempt.type.js";

const NEEDS = "Needs CONNECTIONS_WRITE and USERS_READ.";
const KEPT = "Usher keeps this for each test, and for each person's last sign-in through a connection.";

@Resolver(() => AttemptType)
export class AttemptResolver {
  constructor(
    private readonly store: Store,
    private readonly explain: ExplainOutcome,
    private readonly showExplanation: ShowExplanation,
    private readonly loadEvidence: (context: RequestContext) => DataLoader<string, Evidence | null>,
  ) {}

  @Query(() => AttemptType, {
    nullable: true,
    description:
      "The attempt with this reference. null if it does not exist or belongs to another organization. Needs CONNECTIONS_READ.",
  })
  async signInAttempt(
    @Ctx() { caller }: RequestContext,
    @Arg("reference", () => String, { description: "The reference on an error page, or from startTestSignIn." })
    reference: string,
  ): Promise<AttemptType | null> {
    const row = await findAttempt(this.store.reader, scopeFor(caller, "CONNECTIONS_READ"), reference);
    return row && this.show(row);
  }

  @FieldResolver(() => JsonScalar, {
    nullable: true,
    description: `The claims that the provider sent, without tokens. ${KEPT} null if nothing was verified, if the claims are deleted, or if the connection type shows no claims. ${NEEDS}`,
  })
  async claims(@Root() attempt: AttemptType, @Ctx() context: RequestContext): Promise<ShownClaims | null> {
    return (await this.evidenceOf(attempt, context))?.claims ?? null;
  }

  @FieldResolver(() => [ProfileFieldType], {
    nullable: true,
    description: `The fields that the provider supplied, each with its claim. ${KEPT} null if there was no decision, or if it is deleted. ${NEEDS}`,
  })
  async profile(
    @Root() attempt: AttemptType,
    @Ctx() context: RequestContext,
  ): Promise<readonly ProfileFieldType[] | null> {
    return (await this.evidenceOf(attempt, context))?.explanation?.profile ?? null;
  }

  @FieldResolver(() => [SignInRuleType], {
    nullable: true,
    description: `The mappings at that time. Each says whether it matched, and why. ${KEPT} null in the same cases as \`profile\`. ${NEEDS}`,
  })
  async rules(@Root() attempt: AttemptType, @Ctx() context: RequestContext): Promise<readonly SignInRuleType[] | null> {
    return (await this.evidenceOf(attempt, context))?.explanation?.rules ?? null;
  }

  @FieldResolver(() => SignInDecisionType, {
    nullable: true,
    description: `What the sign-in did or, for a test, would have done. ${KEPT} null in the same cases as \`profile\`. ${NEEDS}`,
  })
  async decision(@Root() attempt: AttemptType, @Ctx() context: RequestContext): Promise<SignInDecisionType | null> {
    const evidence = await this.evidenceOf(attempt, context);
    if (evidence?.explanation == null) return null;
    return (await this.showExplanation(attempt.organizationId, evidence.explanation)).decision;
  }

  private async evidenceOf({ id, organizationId }: AttemptType, context: RequestContext): Promise<Evidence | null> {
    requirePermission(context.caller, organizationId, "CONNECTIONS_WRITE");
    requirePermission(context.caller, organizationId, "USERS_READ");
    return await this.loadEvidence(context).load(id);
  }

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
      organizationId: row.organization_id,
      kind: row.kind,
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
      acr: row.acr,
      amr: row.amr === null ? [] : (JSON.parse(row.amr) as string[]),
      authTime: toDateOrNull(row.auth_time),
      address: row.address,
      userAgent: row.user_agent,
      occurredAt: toDate(row.occurred_at),
    };
  }
}
