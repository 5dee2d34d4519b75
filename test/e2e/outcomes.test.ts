/**
 * Every outcome of a sign-in, caused by a real stand-in provider: the page that the person sees, the attempt that an
 * administrator reads, and the remedy. A new outcome without a case does not compile, and fails here.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { PROVISIONING_FAILURES } from "../../src/provisioning/failures.js";
import { whoIsSignedIn } from "../support/tenant.js";
import { readText, ROOT } from "../docs/markdown.js";
import { ACCOUNT_CAUSES } from "./outcomes/account-cases.js";
import { ENTRA_CAUSES, GOOGLE_CAUSES, OIDC_CAUSES } from "./outcomes/openid-cases.js";
import { SAML_CAUSES } from "./outcomes/saml-cases.js";
import { SIGN_IN_CAUSES } from "./outcomes/sign-in-cases.js";
import { SITUATIONS, type OutcomeCode } from "./outcomes/situations.js";
import {
  openStage,
  SUPPORT,
  type Case,
  type Causes,
  type Elsewhere,
  type Ending,
  type Kind,
  type Stage,
} from "./outcomes/stage.js";

const CAUSES: Readonly<Record<OutcomeCode, Causes>> = {
  ...OIDC_CAUSES,
  ...SAML_CAUSES,
  ...ENTRA_CAUSES,
  ...GOOGLE_CAUSES,
  ...ACCOUNT_CAUSES,
  ...SIGN_IN_CAUSES,
};
const ALL = Object.entries(CAUSES) as readonly (readonly [OutcomeCode, Causes])[];
const isElsewhere = (causes: Causes): causes is Elsewhere => typeof causes === "object" && "elsewhere" in causes;
const casesOf = (causes: Causes): readonly Case[] =>
  causes === "no test yet" || isElsewhere(causes) ? [] : [causes].flat();
const GUIDE = readText("docs/administrators/refusals.md");
const ACCOUNT_CODES: ReadonlySet<string> = new Set(PROVISIONING_FAILURES.map(({ code }) => code));

let stage: Stage;
beforeAll(async () => void (stage = await openStage()));
afterAll(() => stage.close());

const ATTEMPT = `query ($reference: String!) { signInAttempt(reference: $reference) {
  reference kind outcome message remedy detail issuer subject email connectionId userId address userAgent occurredAt
  steps { step at } claims profile { field value claim } rules { reason } decision { kind code remedy detail } } }`;

/** The secrets of a sign-in, which only the browser, the provider and Usher may know. */
function findSecrets({ page, browser, secrets = [] }: Ending): readonly string[] {
  const sent = Object.values(stage.providers).flatMap(({ requests, clientSecret }) => [
    clientSecret,
    ...requests.flatMap(({ parameters, authorization }) => [
      ...["code", "code_verifier", "state", "nonce", "client_secret"].map((name) => parameters[name]),
      authorization?.split(" ")[1],
    ]),
  ]);
  const carried = page.visited.flatMap((address) => {
    const { searchParams } = new URL(address);
    return ["code", "state", "ticket"].map((name) => searchParams.get(name) ?? undefined);
  });
  const cookies = browser.cookiesFor(stage.usher.url).map(({ value }) => value);
  return [...sent, ...carried, ...cookies, ...secrets].filter(
    (value) => value !== undefined && value.length >= 16,
  ) as string[];
}

/** A signed token, base64 of XML, or markup of SAML. */
const TOKEN = /eyJ[\w-]{10,}\.|PD94bWwg|PHNhbWxwO|<saml/;

function expectSafePage({ page, tenant }: Ending, reference: string | null, hidden: readonly (string | null)[]): void {
  expect(page.status).toBeGreaterThanOrEqual(400);
  expect(page.visibleText).toContain("You could not be signed in");
  expect(page.headers["cache-control"]).toBe("no-store");
  expect(String(page.headers["set-cookie"] ?? "")).not.toContain("usher-session=usher");
  if (reference !== null) {
    expect(page.visibleText).toContain(reference);
    expect(page.visibleText).toContain(`For help, ask ${SUPPORT}.`);
    expect(page.text).toContain(`/o/${tenant.slug}?stay`);
  }
  for (const text of hidden) if (text !== null) expect(page.text).not.toContain(text);
  expect(page.text).not.toMatch(TOKEN);
}

describe.each(ALL.filter(([, causes]) => casesOf(causes).length > 0))("%s", (code, causes) => {
  it.each(casesOf(causes).map((each, index) => [index + 1, each.kind, each] as const))(
    "has a safe page, a complete attempt without secrets and a remedy (cause %i, %s)",
    async (_index, _kind, { cause, detail, unrecorded }) => {
      for (const provider of Object.values(stage.providers)) provider.forget();
      const ending = await cause(stage);
      const secrets = findSecrets(ending);
      expect(await whoIsSignedIn(ending.browser, stage.usher)).toBeNull();
      if (unrecorded) return expectSafePage(ending, null, [code, ...secrets]);
      const [latest] = await ending.tenant.attempts();
      expect(latest?.outcome).toBe(code);
      const { signInAttempt: attempt } = await ending.tenant.ask(ATTEMPT, { reference: latest!.reference });
      expect(attempt).toMatchObject({
        outcome: code,
        kind: "SIGN_IN",
        message: expect.stringMatching(/^[A-Z].*[.]$/s),
        remedy: expect.stringMatching(/^.{30,}[.]$/s),
        connectionId: expect.any(String),
        address: expect.any(String),
        occurredAt: expect.any(String),
      });
      expect(attempt.steps.length).toBeGreaterThan(0);
      if (ACCOUNT_CODES.has(code) && attempt.subject !== null) {
        const event = (await ending.tenant.events()).findLast(({ type }) => type === "user.sign_in_failed");
        expect(event?.data.signIn).toMatchObject({ code, reference: attempt.reference });
      }
      if (detail) expect(attempt.detail).toMatch(detail);
      const told = JSON.stringify(attempt);
      for (const secret of secrets) expect(told).not.toContain(secret);
      expect(told).not.toMatch(TOKEN);
      expect(ending.page.visibleText).toContain(attempt.message);
      expectSafePage(ending, attempt.reference, [code, attempt.remedy, attempt.detail, ...secrets]);
    },
  );
});

it("an outcome that is not caused here is caused in the named test", () => {
  const broken = ALL.filter(([code, causes]) => {
    if (!isElsewhere(causes)) return false;
    const file = join(ROOT, causes.elsewhere);
    return !existsSync(file) || !new RegExp(`\\b${code}"`).test(readFileSync(file, "utf8"));
  });
  expect(broken).toEqual([]);
});

it("at most two outcomes of operators' apps have no test", () => {
  expect(ALL.filter(([, causes]) => causes === "no test yet").length).toBeLessThanOrEqual(2);
});

it("each outcome of the guide has a cause", () => {
  const codes = [...GUIDE.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code = ""]) => code);
  expect(codes.length).toBeGreaterThan(130);
  expect(codes.toSorted()).toEqual(Object.keys(CAUSES).toSorted());
});

it("a logout message at an address that the type does not have is refused: LOGOUT_NOT_OFFERED", async () => {
  const { startUrl } = await stage.sharedSaml();
  const url = startUrl.replace("/start", "/backchannel-logout");
  const response = await fetch(url, { method: "POST", body: new URLSearchParams({ logout_token: "x" }) });
  const { error_description: description } = (await response.json()) as { error_description: string };
  expect([response.status, description]).toEqual([400, expect.stringContaining("LOGOUT_NOT_OFFERED")]);
});

describe.each(Object.entries(SITUATIONS))("the situation: %s", (_name, proofs) => {
  it.each(Object.entries(proofs) as [Kind, (typeof proofs)[Kind]][])("is explained for %s", (kind, proof) => {
    for (const each of [proof].flat()) {
      if (each === null) continue;
      if (typeof each === "object") {
        const row = GUIDE.split("\n").find((line) => line.startsWith(`| ${each.page}`));
        expect([each.page, row]).toEqual([each.page, expect.stringContaining(each.finding ?? "|")]);
        continue;
      }
      const causes = CAUSES[each];
      const kinds = casesOf(causes).map((one) => one.kind);
      // A case of one type proves a protocol's check for all types of that protocol, and a decision about a verified person
      // for all types.
      const isProved = isElsewhere(causes) || kinds.includes(kind) || ACCOUNT_CODES.has(each) || kind !== "saml";
      expect([each, isProved]).toEqual([each, true]);
    }
  });
});
