/** Shows a verified assertion to an administrator, and reads an assertion that an administrator typed in. */
import type { ClaimsView } from "../../connection/contract/index.js";
import type { VerifiedAssertion } from "../../protocols/saml/check-assertion.js";
import { NAME_ID_FORMAT } from "../../protocols/saml/names.js";
import type { OpenedSaml } from "./open.js";

export const claimsView: ClaimsView<VerifiedAssertion, Pick<OpenedSaml, "source">> = {
  show: ({ issuer, nameId, attributes, authnContextClasses }) => ({ issuer, nameId, attributes, authnContextClasses }),
  read: async (claims, { source }) => {
    const nameId = readNameId(claims["nameId"]);
    if (nameId === null)
      return {
        issue: "nameId must be a text, or an object with value, format and qualifier as a test sign-in shows it",
      };
    const attributes = readAttributes(claims["attributes"] ?? {});
    if (attributes === null)
      return { issue: "attributes must be an object of texts, or lists of texts, by the attribute's name" };
    const { issuer } = claims;
    const now = new Date().toISOString();
    return {
      verified: {
        id: "_preview",
        issuer: typeof issuer === "string" ? issuer : (await source.current()).entityId,
        nameId,
        attributes,
        expiresAt: now,
        authnInstant: now,
        authnContextClasses: [],
        sessionEndsAt: null,
        sessionIndex: null,
      },
    };
  },
};

function readNameId(given: unknown): VerifiedAssertion["nameId"] | null {
  if (isIdentifier(given))
    return { value: given, format: NAME_ID_FORMAT.unspecified, qualifier: null, spQualifier: null };
  if (typeof given !== "object" || given === null) return null;
  const { value, format = NAME_ID_FORMAT.unspecified, qualifier = null } = given as Record<string, unknown>;
  if (!isIdentifier(value) || typeof format !== "string") return null;
  return qualifier === null || typeof qualifier === "string" ? { value, format, qualifier, spQualifier: null } : null;
}

function readAttributes(given: unknown): VerifiedAssertion["attributes"] | null {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return null;
  const read = Object.entries(given).map(
    ([name, values]) => [name, Array.isArray(values) ? values : [values]] as const,
  );
  return read.every(([, values]) => values.every((value: unknown) => typeof value === "string"))
    ? (Object.fromEntries(read) as Record<string, string[]>)
    : null;
}

/** An identifier that fits into the column of identities. */
function isIdentifier(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && value.length <= 512;
}
