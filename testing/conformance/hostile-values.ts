/** Values that administrators, browsers and providers could send, made by fast-check. */
import fc from "fast-check";

const AWKWARD_TEXTS = [
  ["", " ", "\u0000", "\u2028", "\ud800", "a\r\nb", "__proto__", "constructor", "null", "true", "[]", "{}"],
  ["javascript:alert(1)", "https://", "https://id.example.com/", "http://127.0.0.1:1/x", "//evil.example"],
  ["ada@acme.example", "@", "ada@", "a@b@c.example", "<!DOCTYPE x>", "<a/>", "%00", "é".repeat(300)],
].flat();

/** Any text. Texts that often cause errors come often. */
export const hostileText = fc.oneof(
  fc.constantFrom(...AWKWARD_TEXTS),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("x", "ü", "\ud83d\ude00", " ").map((unit) => unit.repeat(5_000)),
);

/** Any JSON value. Unexpected lists and numbers come often. */
const hostileJson = fc.oneof(
  hostileText,
  fc.array(hostileText, { maxLength: 4 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(0, 1, -1, 1e308, true, false, null),
);

/** Any input of a setting. GraphQL refuses most of these values, but an import or a program may pass them. */
export const hostileInput: fc.Arbitrary<unknown> = fc.oneof(hostileJson, fc.constant(undefined));

const PARAMETERS = ["state", "code", "error", "error_description", "iss", "ticket", "SAMLResponse", "RelayState"];

/** Parameters that a browser can send back. Each is one text, because the caller has checked that. */
export const hostileParameters: fc.Arbitrary<Record<string, string>> = fc.dictionary(
  fc.constantFrom(...PARAMETERS),
  hostileText,
  { maxKeys: 4 },
);

const CLAIMS = [
  "email email_verified xms_edov name given_name family_name preferred_username upn hd groups roles hasgroups",
  "_claim_names _claim_sources acct idp amr acr locale xms_pl phone_number address zoneinfo employee_id employeeId",
  "mail memberOf iss sub aud firstName lastName __proto__ constructor toString",
].flatMap((names) => names.split(" "));

/** Claims of an ID token with a valid signature and any content. */
export const hostileClaims: fc.Arbitrary<Record<string, unknown>> = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...CLAIMS), hostileText), hostileJson), { maxLength: 12 })
  // JSON.parse, unlike an object literal, makes `__proto__` a claim like any other.
  .map(
    (entries) =>
      JSON.parse(`{${entries.map((each) => each.map((part) => JSON.stringify(part)).join(":")).join(",")}}`) as Record<
        string,
        unknown
      >,
  );
