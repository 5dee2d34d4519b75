/** The mail templates about accounts. */
import { toOneLine } from "../../platform/mail/mail-text.js";
import { defineMailTemplate } from "../../platform/mail/template.js";

/** The organization that sends a mail, with its contact for support. */
interface NoticeOrganization {
  readonly name: string;
  readonly supportContact: string | null;
}

/** The data of the mail about a merged account. */
export interface AccountMerged {
  readonly organization: NoticeOrganization;
  readonly connectionName: string;
  readonly fullName: string;
  readonly email: string;
  readonly mergedAt: Date;
  /** Whether the merge removed a password whose address was not confirmed. */
  readonly droppedPassword: boolean;
}

export const ACCOUNT_MERGED = defineMailTemplate<AccountMerged>({
  name: "account-merged",
  description: "to a person whose account was joined by a sign-in through a connection with merging by e-mail",
  subject: ({ organization }) => `Your account at ${organization.name} has a new way to sign in`,
  body: ({ organization, connectionName, fullName, email, mergedAt, droppedPassword }) =>
    paragraphs(
      `Hello ${toOneLine(fullName)},`,
      `somebody signed in to ${toOneLine(organization.name)} through "${toOneLine(connectionName)}" with your address, ${email}, on ${formatMoment(mergedAt)}. As ${toOneLine(organization.name)} has decided for this way of signing in, it now leads to your account.`,
      droppedPassword
        ? "The account had a password whose address was not confirmed. It was removed, and those who were signed in with it are signed out."
        : null,
      "If this was you, there is nothing to do.",
      `If it was not you, somebody else may be using your account. Tell ${contact(organization)} at once: they can undo it.`,
    ),
});

/** The data of the mail about an account that waits for approval. */
export interface ApprovalRequested {
  readonly organization: NoticeOrganization;
  readonly connectionName: string;
  readonly fullName: string;
  readonly email: string;
  readonly userId: string;
}

export const APPROVAL_REQUESTED = defineMailTemplate<ApprovalRequested>({
  name: "approval-requested",
  description: "to the administrators of an organization, when a new account waits for approval",
  subject: ({ organization, fullName }) => `${fullName} waits for approval at ${organization.name}`,
  body: ({ organization, connectionName, fullName, email, userId }) =>
    paragraphs(
      `${toOneLine(fullName)} (${email}) signed in through "${toOneLine(connectionName)}" for the first time. The account waits for the approval of an administrator of ${toOneLine(organization.name)}; until then, nobody can use it.`,
      `The account's id is ${userId}.`,
      "You receive this because you are an administrator. Each of you can answer; one answer is enough.",
    ),
});

/** The data of the mail about an account of another organization with the person's address. */
export interface AddressGiven {
  /** The organization of the person. */
  readonly organization: NoticeOrganization;
  readonly fullName: string;
  readonly email: string;
  /** The name of the organization whose account got the address. */
  readonly givenBy: string;
}

export const ADDRESS_GIVEN = defineMailTemplate<AddressGiven>({
  name: "address-given",
  description:
    "to a person who signs in with a password, when another organization sets their address for an account; once a day at most",
  subject: ({ givenBy }) => `${givenBy} has an account with your address`,
  body: ({ organization, fullName, email, givenBy }) =>
    paragraphs(
      `Hello ${toOneLine(fullName)},`,
      `an administrator of ${toOneLine(givenBy)} has given an account there your address, ${email}.`,
      `You sign in to ${toOneLine(organization.name)} with this address and a password. Nothing changes about that: the account at ${toOneLine(givenBy)} has no password, and yours does not open it.`,
      `If you know nothing of ${toOneLine(givenBy)}, tell ${contact(organization)}.`,
    ),
});

/** The data of the mail about an API key that expires. */
export interface ApiKeyExpiring {
  readonly organization: NoticeOrganization;
  readonly keyName: string;
  readonly keyId: string;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
}

export const API_KEY_EXPIRING = defineMailTemplate<ApiKeyExpiring>({
  name: "api-key-expiring",
  description: "to the administrators of an organization, 14 days before an API key expires",
  subject: ({ organization, keyName }) => `The API key "${keyName}" of ${organization.name} expires soon`,
  body: ({ organization, keyName, keyId, expiresAt, lastUsedAt }) =>
    paragraphs(
      `The API key "${toOneLine(keyName)}" of ${toOneLine(organization.name)} expires on ${formatMoment(expiresAt)}. From then on, requests with it are refused.`,
      lastUsedAt === null ? "It was never used." : `It was last used on ${formatMoment(lastUsedAt)}.`,
      "If a program still needs it, rotate the key (rotateApiKey) and give the program the new one. The present key works for another day meanwhile.",
      `The key's id is ${keyId}.`,
      "You receive this because you are an administrator.",
    ),
});

/** The data of the mail about an account that became a break-glass account, or no longer is one. */
export interface BreakGlassChanged {
  readonly organization: NoticeOrganization;
  readonly fullName: string;
  readonly email: string;
  readonly breakGlass: boolean;
}

export const BREAK_GLASS_CHANGED = defineMailTemplate<BreakGlassChanged>({
  name: "break-glass-changed",
  description:
    "to the person of an account and the administrators of an organization, when the account becomes a break-glass account or is one no longer",
  subject: ({ organization, fullName, breakGlass }) =>
    breakGlass
      ? `${fullName} has a break-glass account at ${organization.name}`
      : `${fullName} no longer has a break-glass account at ${organization.name}`,
  body: ({ organization, fullName, email, breakGlass }) =>
    paragraphs(
      breakGlass
        ? `The account ${email} of ${toOneLine(fullName)} is now a break-glass account of ${toOneLine(organization.name)}. It signs in by password even if the organization requires single sign-on, and no identity provider can change or remove it.`
        : `The account ${email} of ${toOneLine(fullName)} is no longer a break-glass account of ${toOneLine(organization.name)}. If the organization requires single sign-on, the account cannot sign in by password any more.`,
      "Administrators get a mail each time a break-glass account signs in.",
      `If you do not know why this was changed, look at the audit log, and tell ${contact(organization)}.`,
    ),
});

/** The data of the mail about a break-glass account that signed in. */
export interface BreakGlassUsed {
  readonly organization: NoticeOrganization;
  readonly fullName: string;
  readonly email: string;
  readonly usedAt: Date;
  /** The IP address; `null` if it is not known. */
  readonly address: string | null;
  readonly reference: string;
}

export const BREAK_GLASS_USED = defineMailTemplate<BreakGlassUsed>({
  name: "break-glass-used",
  description: "to the administrators of an organization and the operator, each time a break-glass account signs in",
  subject: ({ organization, fullName }) => `${fullName} used a break-glass account at ${organization.name}`,
  body: ({ organization, fullName, email, usedAt, address, reference }) =>
    paragraphs(
      `The break-glass account ${email} of ${toOneLine(fullName)} signed in to ${toOneLine(organization.name)} with its password on ${formatMoment(usedAt)}${address === null ? "" : `, from the address ${address}`}.`,
      `The sign-in has the reference ${reference}. The audit log and signInAttempts have more about it.`,
      `Such an account is for the day on which the identity provider does not work. If nobody meant to use it, end its sessions, set a new password, and tell ${contact(organization)}.`,
    ),
});

/** The data of the mail about an organization that has no break-glass account to sign in with. */
export interface BreakGlassMissing {
  readonly organization: NoticeOrganization;
}

export const BREAK_GLASS_MISSING = defineMailTemplate<BreakGlassMissing>({
  name: "break-glass-missing",
  description:
    "to the administrators of an organization and the operator, once when the organization requires single sign-on and no break-glass account can sign in",
  subject: ({ organization }) => `${organization.name} has no way in if its identity provider fails`,
  body: ({ organization }) =>
    paragraphs(
      `${toOneLine(organization.name)} requires single sign-on. If its identity provider fails, or its settings become wrong, nobody can sign in: there is no break-glass account that can sign in by password.`,
      "Create an account with authMethod PASSWORD and the role ADMIN, set its password, and mark it with setBreakGlass. Keep the password in a safe place.",
      "You get no further mail about this until there is such an account.",
    ),
});

/** The data of the mail with a link for a new password. */
export interface PasswordLinkMail {
  readonly organization: NoticeOrganization;
  readonly fullName: string;
  readonly email: string;
  readonly url: string;
  readonly expiresAt: Date;
  /** Who asked for the link. */
  readonly by: "ADMINISTRATOR" | "PERSON";
}

export const PASSWORD_LINK = defineMailTemplate<PasswordLinkMail>({
  name: "password-link",
  description:
    "to a person who signs in with a password, when an administrator sends a link for a new one, or when somebody asks for it on the sign-in page; in the second case once in five minutes at most",
  subject: ({ organization }) => `Set your password for ${organization.name}`,
  body: ({ organization, fullName, email, url, expiresAt, by }) =>
    paragraphs(
      `Hello ${toOneLine(fullName)},`,
      by === "ADMINISTRATOR"
        ? `an administrator of ${toOneLine(organization.name)} asks you to set a password. You sign in with it and with the address ${email}.`
        : `somebody asked for a new password for your account at ${toOneLine(organization.name)}, ${email}.`,
      `Open this address to set it: ${url}`,
      `The address works once, until ${formatMoment(expiresAt)}. Do not pass it on: it signs you in.`,
      by === "ADMINISTRATOR"
        ? `If you do not know ${toOneLine(organization.name)}, ignore this mail.`
        : "If it was not you, there is nothing to do: your password stays as it is.",
    ),
});

/** The data of the mail to a new operator. */
export interface OperatorInvited {
  /** An operator belongs to no organization. */
  readonly organization: null;
  readonly fullName: string;
  readonly url: string;
  readonly expiresAt: Date;
}

export const OPERATOR_INVITED = defineMailTemplate<OperatorInvited>({
  name: "operator-invited",
  description: "to a person whom an operator invites to run the installation, with a one-time link",
  subject: () => "You can sign in as an operator of Usher",
  body: ({ fullName, url, expiresAt }) =>
    paragraphs(
      `Hello ${toOneLine(fullName)},`,
      "an operator of this Usher installation has invited you to run it with them. Set your password here:",
      url,
      `The link works once, until ${formatMoment(expiresAt)}. An operator's account opens every organization of the installation, so choose a password that you use nowhere else.`,
      "If you do not expect this, do nothing.",
    ),
});

/** The data of the mail with an invitation. */
export interface InvitationMail {
  readonly organization: NoticeOrganization;
  readonly fullName: string;
  readonly email: string;
  readonly url: string;
  readonly expiresAt: Date;
  readonly authMethod: "SSO" | "PASSWORD";
}

export const INVITATION = defineMailTemplate<InvitationMail>({
  name: "invitation",
  description: "to a person whom an administrator invites, each time the invitation is sent",
  subject: ({ organization }) => `Your invitation to ${organization.name}`,
  body: ({ organization, fullName, email, url, expiresAt, authMethod }) =>
    paragraphs(
      fullName === email ? "Hello," : `Hello ${toOneLine(fullName)},`,
      `an administrator of ${toOneLine(organization.name)} invites you. Your account has the address ${email}.`,
      authMethod === "PASSWORD"
        ? `Open this address to set a password and sign in: ${url}`
        : `Open this address to sign in with your company account: ${url}`,
      `The address works until ${formatMoment(expiresAt)}.${authMethod === "PASSWORD" ? " It works once. Do not pass it on: it opens your account." : ""}`,
      `If you do not know ${toOneLine(organization.name)}, ignore this mail.`,
    ),
});

/** The data of the mail about changed second factors. */
export interface FactorsChanged {
  /** `null` for an operator. */
  readonly organization: NoticeOrganization | null;
  readonly fullName: string;
  readonly email: string;
  /** What happened. `ADDED` and `REMOVED` name the factor. */
  readonly change:
    | { readonly kind: "ADDED" | "REMOVED"; readonly label: string }
    | { readonly kind: "NEW_CODES" | "RESET" | "CODE_USED" };
  readonly changedAt: Date;
}

export const FACTORS_CHANGED = defineMailTemplate<FactorsChanged>({
  name: "second-factors-changed",
  description:
    "to a person or an operator, when a second factor of their account is added, removed or reset, when recovery codes are made, and when one is used",
  subject: ({ organization }) => `The second factors of your account ${placeOf(organization)} changed`,
  body: ({ organization, fullName, email, change, changedAt }) =>
    paragraphs(
      `Hello ${toOneLine(fullName)},`,
      `${describeFactorChange(change)} This happened on ${formatMoment(changedAt)}, in your account ${email} ${placeOf(organization)}.`,
      `If you or ${organization === null ? "another operator" : "your administrator"} did this, there is nothing to do.`,
      `If not, somebody may know your password. Tell ${organization === null ? "the other operators" : contact(organization)} at once.`,
    ),
});

function placeOf(organization: NoticeOrganization | null): string {
  return organization === null ? "as an operator of Usher" : `at ${toOneLine(organization.name)}`;
}

function describeFactorChange(change: FactorsChanged["change"]): string {
  switch (change.kind) {
    case "ADDED":
      return `The second factor "${toOneLine(change.label)}" was added.`;
    case "REMOVED":
      return `The second factor "${toOneLine(change.label)}" was removed.`;
    case "NEW_CODES":
      return "New recovery codes were made. Earlier codes have no effect any more.";
    case "CODE_USED":
      return "Somebody signed in with the right password and one of your recovery codes. The code has no effect any more.";
    case "RESET":
      return "All second factors and recovery codes were removed for you.";
  }
}

/** Every template of people. */
export const NOTICE_TEMPLATES = [
  ACCOUNT_MERGED,
  APPROVAL_REQUESTED,
  ADDRESS_GIVEN,
  API_KEY_EXPIRING,
  BREAK_GLASS_CHANGED,
  BREAK_GLASS_USED,
  BREAK_GLASS_MISSING,
  PASSWORD_LINK,
  OPERATOR_INVITED,
  INVITATION,
  FACTORS_CHANGED,
] as const;

function paragraphs(...texts: readonly (string | null)[]): string {
  return `${texts.filter((text) => text !== null).join("\n\n")}\n`;
}

function contact({ name, supportContact }: NoticeOrganization): string {
  return supportContact === null ? `an administrator of ${toOneLine(name)}` : toOneLine(supportContact);
}

/** Writes a time in UTC, because the reader's time zone is unknown: `23 November 2026, 09:15 UTC`. */
function formatMoment(moment: Date): string {
  const text = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }).format(
    moment,
  );
  return `${text.replace(" at ", ", ")} UTC`;
}
