/** From a verified assertion to a profile: vocabularies, groups, e-mail addresses and subjects. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startSamlProvider, type ResponseContent, type SamlProvider } from "../../support/providers/saml/index.js";
import { openDriver } from "./driver.js";

let provider: SamlProvider;
beforeAll(async () => {
  provider = await startSamlProvider();
});
afterAll(() => provider.close());

const FORMAT = {
  email: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
  transient: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
  persistent: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
};

async function signIn(changes: Partial<ResponseContent>, settings: Record<string, unknown> = {}) {
  const driver = await openDriver(provider, { settings });
  return driver.post(provider.answer(await driver.start(), "p-1001", changes).fields);
}

async function profileOf(changes: Partial<ResponseContent>, settings: Record<string, unknown> = {}) {
  const outcome = await signIn(changes, settings);
  if (outcome.action !== "profile") throw new Error(JSON.stringify(outcome));
  return outcome.profile;
}

describe("vocabularies are known without configuration", () => {
  test.each(["plain", "oid", "microsoft"] as const)("%s", async (attributeVocabulary) => {
    const other = await startSamlProvider({ attributeVocabulary });
    try {
      const driver = await openDriver(other);
      const outcome = await driver.post(other.answer(await driver.start(), "p-1001").fields);
      expect(outcome).toMatchObject({
        profile: {
          email: "ann@acme.example",
          firstName: "Ann",
          lastName: "Archer",
          employeeId: "E1",
          profile: { department: "Sales" },
          groups: { kind: "known", values: ["Everyone", "ITSM-Admins"] },
        },
      });
    } finally {
      await other.close();
    }
  });

  test("the older names of MACE-Dir, and the OID of memberOf", async () => {
    const mace = (name: string, value: string) => [`urn:mace:dir:attribute-def:${name}`, [value]] as const;
    const attributes = [
      mace("mail", "ann@acme.example"),
      mace("givenName", "Ann"),
      mace("sn", "Archer"),
      mace("displayName", "Ann Archer"),
      mace("eduPersonPrincipalName", "ann"),
      mace("employeeNumber", "E1"),
      mace("isMemberOf", "Everyone"),
      mace("telephoneNumber", "1"),
      mace("l", "Zürich"),
      mace("preferredLanguage", "de"),
    ];
    expect(await profileOf({ attributes })).toMatchObject({
      email: "ann@acme.example",
      firstName: "Ann",
      lastName: "Archer",
      fullName: "Ann Archer",
      username: "ann",
      employeeId: "E1",
      groups: { kind: "known", values: ["Everyone"] },
      profile: { phone: "1", city: "Zürich", locale: "de" },
    });
    expect(await profileOf({ attributes: [["urn:oid:1.2.840.113556.1.2.102", ["Staff"]]] })).toMatchObject({
      groups: { kind: "known", values: ["Staff"] },
    });
  });

  test("plain names in any case", async () => {
    const profile = await profileOf({
      attributes: [
        ["EMAIL", ["a@b.example"]],
        ["FirstName", ["A"]],
        ["SN", ["B"]],
      ],
    });
    expect(profile).toMatchObject({ email: "a@b.example", firstName: "A", lastName: "B" });
  });

  test("and the attribute that the settings name comes first, by its exact name", async () => {
    const attributes = [
      ["email", ["wrong@b.example"]],
      ["workMail", ["right@b.example"]],
      ["vorname", ["Änne"]],
      ["nachname", ["Öz"]],
      ["nr", ["7"]],
      ["rollen", ["R1"]],
    ] as const;
    const settings = {
      emailAttribute: "workMail",
      firstNameAttribute: "vorname",
      lastNameAttribute: "nachname",
      employeeIdAttribute: "nr",
      groupsAttribute: "rollen",
    };
    expect(await profileOf({ attributes }, settings)).toMatchObject({
      email: "right@b.example",
      firstName: "Änne",
      lastName: "Öz",
      employeeId: "7",
      groups: { kind: "known", values: ["R1"] },
    });
    expect(await profileOf({ attributes }, { emailAttribute: "WORKMAIL" })).toMatchObject({ email: null });
  });

  test("every attribute is there for mappings", async () => {
    const attributes = [
      ["dept", ["A", "B"]],
      ["__proto__", ["x"]],
      ["constructor", ["y"]],
      ["empty", [""]],
    ] as const;
    const profile = await profileOf({ attributes });
    expect(Object.entries(profile.attributes)).toEqual([
      ["dept", ["A", "B"]],
      ["__proto__", ["x"]],
      ["constructor", ["y"]],
      ["empty", []],
    ]);
    expect(Object.getPrototypeOf(profile.attributes)).toBeNull();
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
});

describe("groups", () => {
  const groupsOf = async (attributes: ResponseContent["attributes"]) => (await profileOf({ attributes })).groups;

  test.each([
    ["many values", ["A", "B"], ["A", "B"]],
    ["one value", ["A"], ["A"]],
    ["the same value twice", ["A", "A"], ["A"]],
    [
      "a comma that belongs to the name",
      ["CN=Admins,OU=Groups", "x,ITSM-Admins"],
      ["CN=Admins,OU=Groups", "x,ITSM-Admins"],
    ],
    ["one value with a comma", ["x,ITSM-Admins"], ["x,ITSM-Admins"]],
  ])("%s", async (_, sent, values) => {
    expect(await groupsOf([["groups", sent]])).toEqual({ kind: "known", values });
  });

  test("are read from the attribute that the connection names, or from the usual ones", async () => {
    const claimsOf = async (settings = {}) => (await profileOf({ attributes: [] }, settings)).groupsClaims;
    expect(await claimsOf({ groupsAttribute: "rollen" })).toEqual(["rollen"]);
    expect(await claimsOf()).toEqual(
      expect.arrayContaining(["memberOf", "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"]),
    );
  });

  test("are silent without an attribute, and empty with an attribute without values", async () => {
    expect(await groupsOf([["email", ["a@b.example"]]])).toEqual({ kind: "silent" });
    expect(await groupsOf([["groups", []]])).toEqual({ kind: "known", values: [] });
    expect(await groupsOf([["groups", [""]]])).toEqual({ kind: "known", values: [] });
  });

  test("that Entra ID left out because there are too many are unknown, neither silent nor empty", async () => {
    const left = [
      "http://schemas.microsoft.com/claims/groups.link",
      ["https://graph.windows.net/t/users/u/getMemberObjects"],
    ];
    const unknown = { kind: "unknown", reason: expect.stringContaining("too many") };
    expect(await groupsOf([left as never])).toEqual(unknown);
    const groupsAttribute = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups";
    expect((await profileOf({ attributes: [left as never] }, { groupsAttribute })).groups).toEqual(unknown);
    // A connection that reads groups from a different attribute does not need these.
    expect((await profileOf({ attributes: [left as never] }, { groupsAttribute: "role" })).groups).toEqual({
      kind: "silent",
    });
  });

  test("a comma list from WSO2 Identity Server, by the names of its claims", async () => {
    expect(await groupsOf([["http://wso2.org/claims/groups", ["A, B,C"]]])).toEqual({
      kind: "known",
      values: ["A", "B", "C"],
    });
  });

  test("a semicolon list from OneLogin, by its issuer, and from no other provider", async () => {
    expect(await groupsOf([["memberOf", ["A;B"]]])).toEqual({ kind: "known", values: ["A;B"] });
    const oneLogin = await startSamlProvider({ entityId: "https://app.onelogin.com/saml/metadata/1" });
    try {
      const driver = await openDriver(oneLogin);
      const { fields } = oneLogin.answer(await driver.start(), "p-1001", { attributes: [["memberOf", ["A;B"]]] });
      expect(await driver.post(fields)).toMatchObject({ profile: { groups: { kind: "known", values: ["A", "B"] } } });
    } finally {
      await oneLogin.close();
    }
  });
});

describe("the e-mail address", () => {
  const byEmail = { nameId: "ann@acme.example", nameIdFormat: FORMAT.email };

  test("is the NameID if that is an address and there is no attribute", async () => {
    const other = await startSamlProvider({ nameIdFormat: "emailAddress" });
    try {
      const driver = await openDriver(other);
      const outcome = await driver.post(other.answer(await driver.start(), "p-1001", { attributes: [] }).fields);
      expect(outcome).toMatchObject({ profile: { email: "ann@acme.example", subject: "ann@acme.example" } });
    } finally {
      await other.close();
    }
  });

  test.each([
    ["urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"],
    [FORMAT.persistent],
    ["urn:oasis:names:tc:SAML:2.0:nameid-format:emailAddress"],
    [null],
  ])("is the NameID that is an address, although its format is %s", async (nameIdFormat) => {
    const named = { nameId: "ann@acme.example", nameIdFormat, attributes: [] };
    expect((await profileOf(named)).email).toBe("ann@acme.example");
    expect((await profileOf({ ...named, nameId: "ann" })).email).toBeNull();
  });

  test("is not read from a NameID of a format that is never an address", async () => {
    for (const format of ["X509SubjectName", "WindowsDomainQualifiedName"])
      expect(
        await profileOf({
          nameId: "ann@acme.example",
          nameIdFormat: `urn:oasis:names:tc:SAML:1.1:nameid-format:${format}`,
          attributes: [],
        }),
      ).toMatchObject({ subject: "ann@acme.example", email: null });
  });

  test("is the attribute's, although the NameID is a different one", async () => {
    expect((await profileOf({ ...byEmail, attributes: [["email", ["other@acme.example"]]] })).email).toBe(
      "other@acme.example",
    );
  });

  test("of several is the one in the NameID; without it, the sign-in is refused", async () => {
    const several = [["email", ["mallory@evil.example", "Ann@acme.example"]]] as const;
    expect((await profileOf({ ...byEmail, attributes: several })).email).toBe("ann@acme.example");
    expect(await signIn({ attributes: several })).toMatchObject({ action: "error", code: "SAML_EMAIL_AMBIGUOUS" });
  });

  test("in different case is one address", async () => {
    expect((await profileOf({ attributes: [["email", ["Ann@acme.example", "ann@acme.example"]]] })).email).toBe(
      "Ann@acme.example",
    );
  });

  test.each([
    "ann",
    "ann@",
    "@acme.example",
    "ann@acme@example",
    "a b@acme.example",
    "Ann <ann@acme.example>",
    "\u212aim@acme.example",
    "\u0430nn@acme.example",
  ])("is missing rather than %j", async (value) => {
    expect((await profileOf({ attributes: [["email", [value]]] })).email).toBeNull();
  });

  test("is of unknown verification", async () => {
    expect((await profileOf({ attributes: [["email_verified", ["true"]]] })).emailVerified).toBeNull();
  });
});

describe("the subject", () => {
  const transient = { nameId: "_1", nameIdFormat: FORMAT.transient };

  test.each(["subject-id", "pairwise-id"])("is %s when the NameID is transient", async (name) => {
    const attribute = `urn:oasis:names:tc:SAML:attribute:${name}`;
    const profile = await profileOf({ ...transient, attributes: [[attribute, ["Ann01@Acme.example"]]] });
    expect(profile.subject).toBe("ann01@acme.example");
  });

  test("is never one of two identifiers, or one without a scope", async () => {
    const name = "urn:oasis:names:tc:SAML:attribute:subject-id";
    for (const values of [["a@x.example", "b@x.example"], ["a"], ["a.b@x.example"], []])
      expect(await signIn({ ...transient, attributes: [[name, values]] })).toMatchObject({
        code: "SAML_TRANSIENT_SUBJECT",
      });
  });

  test("is a persistent NameID together with its qualifier behind a proxy", async () => {
    const subjectOf = async (nameQualifier: string | null) =>
      (await profileOf({ nameIdFormat: FORMAT.persistent, nameQualifier })).subject;
    expect(await subjectOf(null)).toBe("p-1001");
    expect(await subjectOf(provider.entityId)).toBe("p-1001");
    expect(await subjectOf("https://behind.example")).toBe("https://behind.example!p-1001");
  });

  test("is different if only case differs", async () => {
    expect((await profileOf({ nameId: "ANN" })).subject).toBe("ANN");
  });
});
