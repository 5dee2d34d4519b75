/** What can go wrong with connections. */
import { defineFailure, type FieldIssue } from "../platform/errors/failure.js";
import type { Finding } from "./contract/index.js";

export const CONNECTION_NOT_READY = defineFailure<{
  /** What the diagnosis found; empty when settings are missing, since nothing was asked then. */
  findings: readonly Finding[];
  /** What is missing or contradicts itself, at the paths of `updateConnection`. */
  fields: readonly FieldIssue[];
}>({
  code: "CONNECTION_NOT_READY",
  status: 409,
  message: ({ findings, fields }) => {
    const sentences = [
      ...fields.map(({ path, message }) => `${path}: ${message}.`),
      ...findings.filter(({ level }) => level === "ERROR").map(({ message }) => message),
    ];
    return `The connection cannot be activated yet. ${sentences.join(" ")}`.trim();
  },
  remedy: "Correct what details.fields and details.findings name, try testConnection, and activate again.",
});

export const CONNECTION_TYPE_FIXED = defineFailure<{ type: string; requested: string }>({
  code: "CONNECTION_TYPE_FIXED",
  status: 409,
  message: ({ type, requested }) =>
    `The connection is of the type ${type}, which never changes; the settings sent are those of ${requested}.`,
  remedy: "Create another connection for the other type.",
});

export const UNKNOWN_CONNECTION_TYPE = defineFailure<{ type: string }>({
  code: "UNKNOWN_CONNECTION_TYPE",
  status: 409,
  message: ({ type }) => `This installation has no connection type ${type}.`,
  remedy: "The query connectionTypes lists the types; the operator adds others.",
});

export const CONFIRMATION_REQUIRED = defineFailure<{
  /** How many users the change affects now. */
  affectedUsers: number;
  /** Where settings change the issuer: the one before and the one after; `null` where only the provider can name it. */
  issuer?: { readonly before: string | null; readonly after: string | null };
}>({
  code: "CONFIRMATION_REQUIRED",
  status: 409,
  message: ({ affectedUsers, issuer }) => {
    const users = `${affectedUsers} ${affectedUsers === 1 ? "user" : "users"}`;
    const confirm = `Nothing was changed yet: to do it, send it again with confirmAffectedUsers: ${affectedUsers}.`;
    if (issuer === undefined)
      return `This changes which account ${users} may be led to at the next sign-in. ${confirm}`;
    const [before, after] = [issuer.before ?? "the present one", issuer.after ?? "the one that the provider will name"];
    return `This changes the connection's issuer from ${before} to ${after}. ${users} linked under the issuer before cannot sign in until relinkIdentities moves their links. ${confirm}`;
  },
  remedy:
    "Send details.affectedUsers as confirmAffectedUsers. accountLinkingEffect lists the users that a switch of accountLinking affects.",
});

export const IDENTITY_NOT_MERGED = defineFailure({
  code: "IDENTITY_NOT_MERGED",
  status: 409,
  message: "Merging did not make this link, so there is nothing to undo.",
  remedy: "To lead the person to another account, use relinkIdentity.",
});

export const IDENTITY_TAKEN = defineFailure({
  code: "IDENTITY_TAKEN",
  status: 409,
  message: "The person is linked to another account there already.",
  remedy: "If they belong to this account all the same, use relinkIdentity for the one person.",
});

export const LINK_REQUEST_DECIDED = defineFailure<{ state: string }>({
  code: "LINK_REQUEST_DECIDED",
  status: 409,
  message: ({ state }) => `The request was answered already: it is ${state}.`,
  remedy: "To lead the person to another account, use relinkIdentity.",
});

export const CONNECTION_FAILURES = [
  CONNECTION_NOT_READY,
  CONNECTION_TYPE_FIXED,
  UNKNOWN_CONNECTION_TYPE,
  CONFIRMATION_REQUIRED,
  IDENTITY_NOT_MERGED,
  IDENTITY_TAKEN,
  LINK_REQUEST_DECIDED,
] as const;
