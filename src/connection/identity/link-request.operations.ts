/** Lists and answers link requests (policy ADMIN_LINK). */
import { causeOf, requirePermission, scopeFor, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import type { SqlValue } from "../../platform/database/database.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { pageByKeyset } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import { foldCase } from "../../platform/text.js";
import type { Organization } from "../../people/organization/organization.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { requireHoldingUser } from "../../people/role/require-holding-user.js";
import { IDENTITY_TAKEN, LINK_REQUEST_DECIDED } from "../failures.js";
import type { ConnectionServices } from "../services.js";
import { linkPerson } from "./identity.changes.js";
import { findTarget } from "./identity.operations.js";
import { findLinks } from "./identity.repository.js";
import {
  decideLinkRequest,
  findLinkRequest,
  LINK_REQUEST_COLUMNS,
  linkRequestFromRaw,
  type RawLinkRequest,
} from "./link-request.repository.js";
import type { LinkRequest, LinkRequestState } from "./link-request.js";

export interface LinkRequestsQuery {
  readonly organizationId: string;
  readonly filter?: { readonly state?: LinkRequestState | null } | null;
  readonly page: PageArgs;
}

/**
 * One page of an organization's requests, the newest first.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor
 */
export async function listLinkRequests(
  { reader }: Store,
  caller: Caller,
  { organizationId, filter, page }: LinkRequestsQuery,
): Promise<Page<LinkRequest>> {
  requirePermission(caller, organizationId, "USERS_READ");
  const terms = ["l.organization_id = ?"];
  const parameters: SqlValue[] = [organizationId];
  if (filter?.state != null) {
    terms.push("l.state = ?");
    parameters.push(filter.state);
  }
  const found = await pageByKeyset<RawLinkRequest>({
    reader,
    select: LINK_REQUEST_COLUMNS,
    from: "link_request l",
    where: { sql: terms.join(" AND "), parameters },
    // Ids rise with time.
    order: [{ column: "l.id", kind: "text", direction: "DESC", read: (raw) => raw.id }],
    args: page,
  });
  return toPage(found, linkRequestFromRaw);
}

/**
 * Links the person to the account, with a link of their own.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for an account with a permission that the caller lacks), NOT_FOUND,
 *   LINK_REQUEST_DECIDED, BREAK_GLASS_PROTECTED, IDENTITY_TAKEN (the person has got a different account meanwhile)
 */
export async function approveLinkRequest(
  services: ConnectionServices,
  caller: Caller,
  id: string,
): Promise<LinkRequest> {
  return await answer(services, caller, id, "APPROVED", async (unit, organization, request) => {
    const { connectionId, issuer, subject, email } = request;
    const user = await findTarget(unit, organization.id, request.userId);
    await requireHoldingUser(unit, caller, user.id);
    const { own } = await findLinks(unit, connectionId, issuer, subject);
    if (own !== null && own.userId !== user.id) throw new Failure(IDENTITY_TAKEN, {});
    const emailKey = email === null ? null : foldCase(email);
    await linkPerson(unit, organization, { connectionId, issuer, subject, emailKey }, user);
  });
}

/**
 * Decides that the account belongs to a different person. The person gets an account of their own at the next sign-in.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, LINK_REQUEST_DECIDED
 */
export async function rejectLinkRequest(
  services: ConnectionServices,
  caller: Caller,
  id: string,
): Promise<LinkRequest> {
  return await answer(services, caller, id, "REJECTED", async () => {});
}

/** Applies and stores a decision. If the request already has this decision, nothing changes. */
async function answer(
  { reader, begin }: ConnectionServices,
  caller: Caller,
  id: string,
  state: Exclude<LinkRequestState, "PENDING">,
  applyDecision: (unit: UnitOfWork, organization: Organization, request: LinkRequest) => Promise<void>,
): Promise<LinkRequest> {
  const found = await findLinkRequest(reader, scopeFor(caller, "USERS_WRITE"), id);
  if (found === null) throw new Failure(NOT_FOUND, { type: "link request" });
  return await begin(caller, causeOf(caller), async (unit) => {
    const organization = await lockOrganization(unit, found.organizationId);
    const request = await findLinkRequest(unit, found.organizationId, id);
    if (organization === null || request === null) throw new Failure(NOT_FOUND, { type: "link request" });
    if (request.state === state) return request;
    if (request.state !== "PENDING") throw new Failure(LINK_REQUEST_DECIDED, { state: request.state });
    await applyDecision(unit, organization, request);
    const decided = await decideLinkRequest(unit, request, state);
    const { connectionId, userId, issuer, subject } = decided;
    await recordAudit(unit, {
      organizationId: organization.id,
      action: state === "APPROVED" ? "link_request.approved" : "link_request.rejected",
      subject: { type: "link_request", id },
      before: { state: request.state },
      after: { state, connectionId, userId, issuer, subject },
    });
    return decided;
  });
}
