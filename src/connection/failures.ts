/** Failures of connections, for the catalogue. */
import { defineFailure, type FieldIssue } from "../platform/errors/failure.js";
import type { Finding } from "./contract/index.js";

export const CONNECTION_NOT_READY = defineFailure<{
  /**
   * What the diagnosis found. If settings are missing, Usher does not ask the provider, and lists only findings about
   * the organization.
   */
  findings: readonly Finding[];
  /** Missing or contradicting settings, at the paths of `updateConnection`. */
  fields: readonly FieldIssue[];
}>({
  code: "CONNECTION_NOT_READY",
  status: 409,
  message: ({ findings, fields }) => {
    const sentences = [
      ...findings.filter(({ level }) => level === "ERROR").map(({ message }) => message),
      ...fields.map(({ path, message }) => `${path}: ${message}.`),
    ];
    return `The connection cannot be activated yet. ${sentences.join(" ")}`.trim();
  },
  remedy:
    "Correct the settings that details.fields and details.findings name. Run testConnection, then activate again.",
});

export const CONNECTION_TYPE_FIXED = defineFailure<{ type: string; requested: string }>({
  code: "CONNECTION_TYPE_FIXED",
  status: 409,
  message: ({ type, requested }) =>
    `The connection has the type ${type}, which cannot change. The settings that you sent are of the type ${requested}.`,
  remedy: "Create a new connection for the other type.",
});

export const UNKNOWN_CONNECTION_TYPE = defineFailure<{ type: string }>({
  code: "UNKNOWN_CONNECTION_TYPE",
  status: 409,
  message: ({ type }) => `The connection type ${type} is not installed.`,
  remedy: "Use a type that the query connectionTypes lists, or ask the operator to install this one.",
});

export const CONNECTION_KEY_MISSING = defineFailure<{ step: string }>({
  code: "CONNECTION_KEY_MISSING",
  status: 409,
  message: ({ step }) =>
    step === "USE_NEXT" || step === "USE_PREVIOUS"
      ? `The connection has no ${step === "USE_NEXT" ? "next" : "previous"} key to use.`
      : "The connection has no key of its own to rotate.",
  remedy:
    "A connection gets a key when clientAuthentication becomes private_key_jwt. Make the next key with the step PUBLISH_NEXT, and use it after the provider knows it.",
});

/** What is missing before an organization can require single sign-on. */
export type SsoRequirementObstacle = "NO_BREAK_GLASS" | "NO_PROVEN_CONNECTION";

export const SSO_REQUIREMENT_NOT_MET = defineFailure<{
  /** What is missing: `NO_BREAK_GLASS`, `NO_PROVEN_CONNECTION`. */
  obstacles: readonly SsoRequirementObstacle[];
}>({
  code: "SSO_REQUIREMENT_NOT_MET",
  status: 409,
  message: ({ obstacles }) =>
    `The organization cannot require single sign-on yet. ${obstacles.map((obstacle) => OBSTACLE_SENTENCES[obstacle]).join(" ")}`,
  remedy:
    "Mark an active administrator with a password as a break-glass account with setBreakGlass, and sign in once through an active connection. Nothing was changed.",
});

const OBSTACLE_SENTENCES: Readonly<Record<SsoRequirementObstacle, string>> = {
  NO_BREAK_GLASS: "It has no break-glass account that can sign in while the provider is down.",
  NO_PROVEN_CONNECTION: "Nobody has signed in through an active connection yet.",
};

export const CONFIRMATION_REQUIRED = defineFailure<{
  affectedUsers: number;
  /** Present if the change requires single sign-on. */
  shutsOut?: true;
  /** Present if settings change the issuer. `null` if only the provider can name the issuer. */
  issuer?: { readonly before: string | null; readonly after: string | null };
}>({
  code: "CONFIRMATION_REQUIRED",
  status: 409,
  message: ({ affectedUsers, issuer, shutsOut }) => {
    const users = `${affectedUsers} ${affectedUsers === 1 ? "user" : "users"}`;
    const confirm = `Nothing has changed yet. To confirm, send the change again with confirmAffectedUsers: ${affectedUsers}.`;
    if (shutsOut === true)
      return `This requires single sign-on and shuts out ${users}: they have a password, and no active connection opens their accounts. ${confirm}`;
    if (issuer === undefined) return `This changes which account ${users} may get at the next sign-in. ${confirm}`;
    const [before, after] = [issuer.before ?? "the current one", issuer.after ?? "the one that the provider will name"];
    return `This changes the connection's issuer from ${before} to ${after}. ${users} linked under the old issuer cannot sign in until relinkIdentities moves their links. ${confirm}`;
  },
  remedy:
    "To confirm, send details.affectedUsers as confirmAffectedUsers. For a switch of accountLinking, accountLinkingEffect lists the users; for ssoEnforcement, ssoRequirement does.",
});

export const IDENTITY_NOT_MERGED = defineFailure({
  code: "IDENTITY_NOT_MERGED",
  status: 409,
  message: "Merging did not make this link, so there is no merge to undo.",
  remedy: "To link the person to a different account, use relinkIdentity.",
});

export const IDENTITY_TAKEN = defineFailure({
  code: "IDENTITY_TAKEN",
  status: 409,
  message: "The person is linked to a different account already.",
  remedy: "If this account is the right one, link the person to it with relinkIdentity.",
});

export const LINK_REQUEST_DECIDED = defineFailure<{ state: string }>({
  code: "LINK_REQUEST_DECIDED",
  status: 409,
  message: ({ state }) => `The request was answered already: it is ${state}.`,
  remedy: "To link the person to a different account, use relinkIdentity.",
});

export const CONNECTION_FAILURES = [
  CONNECTION_NOT_READY,
  CONNECTION_TYPE_FIXED,
  UNKNOWN_CONNECTION_TYPE,
  CONNECTION_KEY_MISSING,
  SSO_REQUIREMENT_NOT_MET,
  CONFIRMATION_REQUIRED,
  IDENTITY_NOT_MERGED,
  IDENTITY_TAKEN,
  LINK_REQUEST_DECIDED,
] as const;
