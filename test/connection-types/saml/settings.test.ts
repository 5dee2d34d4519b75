/** Settings: valid values, values that metadata fills in, and changes that end people's sessions. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { setting } from "../../../src/connection/contract/index.js";
import { saml } from "../../../src/connection-types/saml/index.js";
import { SAML_SETTINGS, type SamlDraft } from "../../../src/connection-types/saml/settings.js";
import { createProviderKey } from "../../support/providers/saml/index.js";
import { judgeBrowserUrl } from "./driver.js";

const METADATA = new URL("../../support/providers/saml/metadata/", import.meta.url);
const okta = readFileSync(new URL("okta.xml", METADATA), "utf8");
const google = readFileSync(new URL("google-workspace.xml", METADATA), "utf8");
const context = { serverUrl: judgeBrowserUrl, browserUrl: judgeBrowserUrl };
const [first, second] = [createProviderKey(), createProviderKey()];

const EMPTY = Object.fromEntries(
  Object.entries(SAML_SETTINGS).map(([name, each]) => [name, each.default]),
) as unknown as SamlDraft;

/** Does the steps of saving: parse the input, merge, complete. */
function save(given: Partial<Record<keyof SamlDraft, unknown>>, before: SamlDraft = EMPTY): SamlDraft {
  const parsed = Object.entries(given).map(([name, value]) => {
    if (value === null) return [name, null];
    const result = SAML_SETTINGS[name as keyof SamlDraft].parse(value, context);
    if ("issue" in result) throw new Error(`${name} ${result.issue}`);
    return [name, result.value];
  });
  return saml.complete!({ ...before, ...Object.fromEntries(parsed) }, new Set(Object.keys(given)));
}

test("every setting of the public interface is there, in this order, with these defaults", () => {
  expect(Object.keys(SAML_SETTINGS)).toEqual([
    "metadataXml",
    "metadataUrl",
    "entityId",
    "signOnUrl",
    "certificates",
    "logoutUrl",
    "nameIdFormat",
    "emailAttribute",
    "firstNameAttribute",
    "lastNameAttribute",
    "employeeIdAttribute",
    "groupsAttribute",
    "allowIdpInitiated",
    "clockSkewSeconds",
    "signRequests",
    "encryptedAssertions",
    "requestedAuthnContext",
    "maxAgeSeconds",
    "requiredAcr",
    "signedPart",
  ]);
  const defaults = Object.entries(EMPTY).filter(([, value]) => value !== null);
  expect(Object.fromEntries(defaults)).toEqual({
    allowIdpInitiated: false,
    clockSkewSeconds: 60,
    signRequests: false,
    encryptedAssertions: false,
    signedPart: "EITHER",
  });
});

describe("a setting refuses", () => {
  test.each([
    ["metadataXml", "<html>", /web page/],
    ["metadataXml", okta.replaceAll("https://acme.okta.com", "http://acme.okta.com"), /must begin with https/],
    ["signOnUrl", "javascript:alert(1)", /must begin with https/],
    ["signOnUrl", "data:text/html,x", /must begin with https/],
    ["signOnUrl", "http://idp.example/sso", /must begin with https/],
    ["logoutUrl", "ftp://idp.example/slo", /must begin with https/],
    ["certificates", ["hello world"], /entry 1 must be base64/],
    ["certificates", [first.base64, createProviderKey({ bits: 1024 }).base64], /entry 2 must hold an RSA key/],
    ["nameIdFormat", "transient", /must not be transient/],
    ["nameIdFormat", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient", /must not be transient/],
    ["nameIdFormat", "e-mail", /must be emailAddress, persistent, unspecified, or a URN/],
    ["signedPart", "NOTHING", /must be one of/],
    ["clockSkewSeconds", 301, /from 0 to 300/],
    ["maxAgeSeconds", -1, /from 0 to/],
    ["requiredAcr", ["phr phrh"], /entry 1 must be one class without spaces/],
  ] as const)("%s: %j", (name, value, sentence) => {
    expect(() => save({ [name]: value })).toThrow(sentence);
  });

  test("and takes plain http to a host that the operator allows", () => {
    expect(save({ signOnUrl: "http://127.0.0.1:4000/sso" }).signOnUrl).toBe("http://127.0.0.1:4000/sso");
  });
});

describe("pasted metadata", () => {
  test("fills in settings", () => {
    const saved = save({ metadataXml: google });
    expect(saved).toMatchObject({
      entityId: "https://accounts.google.com/o/saml2?idpid=C01abcdef",
      signOnUrl: "https://accounts.google.com/o/saml2/idp?idpid=C01abcdef",
      logoutUrl: null,
    });
    expect(saved.certificates).toHaveLength(2);
    expect(saml.check(saved, true)).toEqual([]);
  });

  test("does not replace settings of the same input", () => {
    const saved = save({ metadataXml: okta, entityId: "https://proxy.example", certificates: [first.base64] });
    expect(saved.entityId).toBe("https://proxy.example");
    expect(saved.certificates).toEqual([first.certificate.trimEnd()]);
    expect(saved.signOnUrl).toContain("acme.okta.com");
  });

  test("replaces what older metadata filled in, but only if it is in the input", () => {
    const before = save({ metadataXml: okta });
    expect(save({ metadataXml: google }, before).entityId).toContain("accounts.google.com");
    expect(save({ entityId: "https://other.example" }, before).signOnUrl).toBe(before.signOnUrl);
    expect(save({ metadataXml: null }, before).entityId).toBe(before.entityId);
  });
});

describe("to be activated", () => {
  test("a connection needs entity ID, sign-on URL and certificates, each named", () => {
    expect(saml.check(EMPTY, true).map(({ setting: name }) => name)).toEqual(["entityId", "signOnUrl", "certificates"]);
    expect(saml.check(EMPTY, false)).toEqual([]);
  });

  test("a metadata address is enough, but not together with pasted metadata", () => {
    const saved = save({ metadataUrl: "https://idp.example/metadata" });
    expect(saml.check(saved, true)).toEqual([]);
    expect(saml.check({ ...saved, metadataXml: okta }, false).map(({ setting: name }) => name)).toEqual([
      "metadataUrl",
    ]);
  });
});

describe("trust", () => {
  const trusted = Object.entries(SAML_SETTINGS)
    .filter(([, { trust }]) => trust)
    .map(([name]) => name);

  test("is in the settings that say who the provider is and by which keys", () => {
    expect(trusted).toEqual(["metadataXml", "metadataUrl", "entityId", "signOnUrl", "certificates"]);
  });

  test("is raised by a removed certificate, but not by an added one", () => {
    const { raisesTrust } = SAML_SETTINGS.certificates;
    const [a, b] = [first, second].map(({ certificate }) => certificate.trimEnd()) as [string, string];
    expect(raisesTrust!([a], [a, b])).toBe(false);
    expect(raisesTrust!([a, b], [b, a])).toBe(false);
    expect(raisesTrust!(null, [a])).toBe(false);
    expect(raisesTrust!([a, b], [b])).toBe(true);
    expect(raisesTrust!([a], [b])).toBe(true);
    expect(raisesTrust!([a], null)).toBe(true);
  });

  test("is raised by metadata of a different provider or without a certificate, but not with one more", () => {
    const { raisesTrust } = SAML_SETTINGS.metadataXml;
    const one = google.replace(/<md:KeyDescriptor.*?<\/md:KeyDescriptor>/s, "");
    expect(raisesTrust!(one, google)).toBe(false);
    expect(raisesTrust!(google, google.replaceAll("\n", "\n "))).toBe(false);
    expect(raisesTrust!(google, one)).toBe(true);
    expect(raisesTrust!(google, okta)).toBe(true);
    expect(raisesTrust!(google, google.replace("/o/saml2/idp?idpid=C01abcdef", "/x"))).toBe(true);
    expect(raisesTrust!(null, google)).toBe(true);
  });

  test("every kind of setting takes a comparison", () => {
    const made = setting.text({ label: "x", help: "x", trust: true, raisesTrust: () => false });
    expect(made.raisesTrust!("a", "b")).toBe(false);
    expect("raisesTrust" in setting.text({ label: "x", help: "x" })).toBe(false);
  });
});
