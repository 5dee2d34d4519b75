/**
 * Informs administrators about break-glass accounts: a new or removed mark, each sign-in, and the lack of such an account.
 */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { isEmailAddress } from "../../platform/errors/input.js";
import { queueMails } from "../../platform/mail/queue-mail.js";
import { writeMail, type MailText } from "../../platform/mail/template.js";
import { findOperatorAddresses } from "../operator/operator.repository.js";
import type { Organization } from "../organization/organization.js";
import type { User } from "../user/user.js";
import { findAdministratorAddresses } from "./administrator-addresses.js";
import { BREAK_GLASS_CHANGED, BREAK_GLASS_MISSING, BREAK_GLASS_USED } from "./templates.js";

/** Queues the notices about a new or removed mark, in the unit of work of the change. */
export async function noticeBreakGlassChanged(
  unit: UnitOfWork,
  { organization, user }: { readonly organization: Organization; readonly user: User },
): Promise<void> {
  const { fullName, email, breakGlass } = user;
  const text = writeMail(BREAK_GLASS_CHANGED, { organization, fullName, email, breakGlass });
  await tell(unit, organization, email, text, false);
}

/** An e-mail address or a URL; `null` if the operator has set none. */
interface OperatorContact {
  readonly operatorContact: string | null;
}

/** Queues the notices about a sign-in of a break-glass account, in the unit of work of the sign-in. */
export async function noticeBreakGlassUsed(
  unit: UnitOfWork,
  {
    organization,
    user: { fullName, email },
    operatorContact,
    ...told
  }: OperatorContact & {
    readonly organization: Organization;
    readonly user: User;
    readonly address: string | null;
    readonly reference: string;
  },
): Promise<void> {
  const text = writeMail(BREAK_GLASS_USED, { organization, fullName, email, usedAt: unit.now, ...told });
  await tell(unit, organization, operatorContact, text);
}

/** Queues the notices that an organization could be shut out, in the unit of work that stores when they were sent. */
export async function noticeBreakGlassMissing(
  unit: UnitOfWork,
  { organization, operatorContact }: OperatorContact & { readonly organization: Organization },
): Promise<void> {
  await tell(unit, organization, operatorContact, writeMail(BREAK_GLASS_MISSING, { organization }));
}

/** Queues a text for the administrators, one more address and the operators. A contact that is a URL gets no mail. */
async function tell(
  unit: UnitOfWork,
  { id: organizationId }: Organization,
  another: string | null,
  text: MailText,
  isForOperators = true,
): Promise<void> {
  const recipients = new Set(await findAdministratorAddresses(unit, organizationId));
  if (another !== null && isEmailAddress(another)) recipients.add(another);
  if (isForOperators) for (const address of await findOperatorAddresses(unit)) recipients.add(address);
  await queueMails(
    unit,
    [...recipients].map((recipient) => ({ organizationId, recipient, ...text })),
  );
}
