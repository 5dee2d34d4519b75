/** Translates a user's document into what provisioning needs: names, the account's fields, and values to filter by. */
import { fillNames } from "../../provisioning/complete-fields.js";
import type { DirectoryUser } from "../../provisioning/directory/resource/resource.js";
import type { FieldValues } from "../../people/user/profile/field.js";
import { longestValueOf, type FieldName } from "../../people/user/profile/field-name.js";
import { hasForeignLocalPart, readEmailAddress } from "../../platform/errors/input.js";
import { cutText, foldCase, normalizeLine, shorten } from "../../platform/text.js";
import { invalid } from "../failures.js";
import { ENTERPRISE_SCHEMA, USER_TYPE } from "../schema/schemas.js";
import { indexDocument } from "./index-document.js";
import { orderDocument, type Complex, type Document } from "./read-document.js";

/**
 * @param wasActive the value of `active` if the document lacks it
 * @throws SCIM_REQUEST_INVALID `invalidValue` without a `userName` or an e-mail address
 */
export function readUser(given: Document, wasActive = true): DirectoryUser {
  const active = (given["active"] as boolean | undefined) ?? wasActive;
  const document = orderDocument(USER_TYPE, { ...given, active });
  const userName = requireLine(document["userName"], "userName", longestValueOf("username"));
  const { externalId = null } = document as { readonly externalId?: string };
  return {
    nameKey: foldCase(userName),
    externalId,
    active,
    fields: readFields(document, userName),
    document,
    values: indexDocument(USER_TYPE, document),
  };
}

function readFields(document: Document, userName: string): FieldValues {
  const email = readEmail(document, userName);
  const name = (document["name"] ?? {}) as Complex;
  const enterprise = (document[ENTERPRISE_SCHEMA] ?? {}) as Readonly<Record<string, string>>;
  const address = choose(document["addresses"]);
  const given: Partial<Record<FieldName, unknown>> = {
    username: userName,
    firstName: name["givenName"],
    lastName: name["familyName"],
    fullName: document["displayName"] ?? name["formatted"],
    employeeId: enterprise["employeeNumber"],
    phone: choose(document["phoneNumbers"])?.["value"],
    jobTitle: document["title"],
    department: enterprise["department"],
    division: enterprise["division"],
    costCenter: enterprise["costCenter"],
    streetAddress: address?.["streetAddress"],
    city: address?.["locality"],
    state: address?.["region"],
    zipCode: address?.["postalCode"],
    locale: document["locale"] ?? document["preferredLanguage"],
    timeZone: document["timezone"],
  };
  const fields: { [Field in FieldName]?: string } = { email };
  for (const [field, value] of Object.entries(given) as [FieldName, unknown][]) {
    const text = typeof value === "string" ? cutText(normalizeLine(value), longestValueOf(field)).trimEnd() : "";
    if (text !== "") fields[field] = text;
  }
  const { employeeNumber } = enterprise;
  if (employeeNumber !== undefined) requireLine(employeeNumber, "employeeNumber", longestValueOf("employeeId"));
  return { ...fields, ...fillNames(fields, email) };
}

/** The address of the account: the primary one, the first for work, the first, or a `userName` that is an address. */
function readEmail(document: Document, userName: string): string {
  const sent = choose(document["emails"])?.["value"];
  const text = normalizeLine(typeof sent === "string" ? sent : userName);
  const email = readEmailAddress(text);
  if (email !== null) return email;
  if (sent === undefined)
    throw invalid("invalidValue", "emails: needs an address, because the userName is not an e-mail address.");
  const why = hasForeignLocalPart(text) ? "has letters before the @ that are not ASCII" : "is not an e-mail address";
  throw invalid("invalidValue", `emails: ${shorten(text)} ${why}. Send an address that works.`);
}

function choose(values: unknown): Complex | undefined {
  const elements = (values ?? []) as readonly Complex[];
  return (
    elements.find((element) => element["primary"] === true) ??
    elements.find((element) => String(element["type"]).toLowerCase() === "work") ??
    elements[0]
  );
}

/** A text that identifies is never cut, because a cut one could belong to a different person. */
function requireLine(value: unknown, name: string, longest: number): string {
  const text = typeof value === "string" ? normalizeLine(value) : "";
  if (text === "") throw invalid("invalidValue", `${name}: is required.`);
  if (text.length > longest)
    throw invalid("invalidValue", `${name}: has ${text.length} characters; send at most ${longest}.`);
  return text;
}
