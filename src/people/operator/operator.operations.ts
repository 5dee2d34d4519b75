/** Lists, invites and removes operators, for operators. */
import { causeOf, requireOperator, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { recordAudit } from "../../audit/record-audit.js";
import { issueToken } from "../../platform/crypto/tokens.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { pageByKeyset } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import { queueMail } from "../../platform/mail/queue-mail.js";
import { writeMail } from "../../platform/mail/template.js";
import { LAST_OPERATOR } from "../failures.js";
import { OPERATOR_INVITED } from "../notices/templates.js";
import { OPERATOR_LINK_PREFIX, operatorLinkUrl, type Operator } from "./operator.js";
import {
  deleteOperator,
  findOperator,
  findOperatorByEmail,
  insertOperator,
  insertOperatorLink,
  lockOperators,
  OPERATOR_COLUMNS,
  operatorFromRaw,
  type RawOperator,
} from "./operator.repository.js";

export interface OperatorServices extends Store {
  readonly publicUrl: string;
  /** Whether the environment sets an operator key, which opens the installation without any operator. */
  readonly isKeyConfigured: boolean;
}

/** An invited operator, with the link. Usher does not store the link and cannot show it again. */
export interface InvitedOperator {
  readonly operator: Operator;
  readonly url: string;
  readonly expiresAt: Date;
}

/**
 * One page of all operators, the oldest first.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, and INVALID_INPUT for a broken cursor
 */
export async function listOperators({ reader }: Store, caller: Caller, args: PageArgs): Promise<Page<Operator>> {
  requireOperator(caller);
  const page = await pageByKeyset<RawOperator>({
    reader,
    select: OPERATOR_COLUMNS,
    from: "operator_account o",
    where: { sql: "1 = 1", parameters: [] },
    // Ids rise with time.
    order: [{ column: "o.id", kind: "text", direction: "ASC", read: (raw) => raw.id }],
    args,
  });
  return toPage(page, operatorFromRaw);
}

/**
 * Invites an operator by a one-time link, with which they set their password. Another invitation of the same address makes a
 * new link: the earlier one stops, and a present password works until the new one is set. The link asks for the operator's
 * second factor, unless `resetSecondFactors` is set: then its use removes all factors.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, INVALID_INPUT
 */
export async function inviteOperator(
  { begin, publicUrl }: OperatorServices,
  caller: Caller,
  input: { readonly email: string; readonly fullName: string; readonly resetSecondFactors?: boolean | null },
): Promise<InvitedOperator> {
  requireOperator(caller);
  const check = new InputCheck();
  const email = check.email("email", input.email) ?? "";
  const fullName = check.text("fullName", input.fullName);
  const removesFactors = input.resetSecondFactors ?? false;
  check.finish();
  const { token, hash: tokenHash } = issueToken(OPERATOR_LINK_PREFIX);
  const url = operatorLinkUrl(publicUrl, token);
  return await begin(caller, causeOf(caller), async (unit) => {
    const made = await insertOperator(unit, { email, fullName });
    const operator = made === "TAKEN" ? (await findOperatorByEmail(unit, email))?.operator : made;
    if (operator === undefined) throw new Error("an operator was removed while they were invited");
    const expiresAt = await insertOperatorLink(unit, { operatorId: operator.id, tokenHash, removesFactors });
    await recordAudit(unit, {
      organizationId: null,
      action: "operator.invited",
      subject: { type: "operator", id: operator.id },
      after: { email: operator.email, expiresAt, resetSecondFactors: removesFactors },
    });
    const mail = writeMail(OPERATOR_INVITED, { organization: null, fullName: operator.fullName, url, expiresAt });
    await queueMail(unit, { organizationId: null, recipient: operator.email, ...mail });
    return { operator, url, expiresAt };
  });
}

/**
 * Removes an operator with their sessions and links, at once.
 *
 * @returns the operator before the removal
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, LAST_OPERATOR
 */
export async function removeOperator(
  { begin, isKeyConfigured }: OperatorServices,
  caller: Caller,
  id: string,
): Promise<Operator> {
  requireOperator(caller);
  return await begin(caller, causeOf(caller), async (unit) => {
    const operators = await lockOperators(unit);
    const operator = await findOperator(unit, id);
    if (operator === null) throw new Failure(NOT_FOUND, { type: "operator" });
    const others = operators.filter((each) => each.isActive && each.id !== id);
    if (operator.isActive && others.length === 0 && !isKeyConfigured) throw new Failure(LAST_OPERATOR, {});
    await deleteOperator(unit, id);
    await recordAudit(unit, {
      organizationId: null,
      action: "operator.removed",
      subject: { type: "operator", id },
      before: { email: operator.email },
    });
    return operator;
  });
}
