/**
 * Compares the CPU time of a sign-in with a baseline or another library: windows of both alternate in one process, and
 * medians give a ratio. Also measures for how long verifying a response blocks the event loop.
 *
 *     npm run bench:sign-in [-- --rounds 30]
 */
import { parseArgs } from "node:util";
import { startHostileOpenIdProvider } from "../../test/support/providers/hostile-openid/index.js";
import { startSamlProvider, type Person } from "../../test/support/providers/saml/index.js";
import { createSamlTenant, type SamlTenant } from "../../test/support/saml-tenant.js";
import { createTenant } from "../../test/support/tenant.js";
import { closeClient, nextVisitor, visit, type Answer } from "./client.js";
import { startMeasured, type MeasuredProcess } from "./measured-process.js";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "30" } } });
const ROUNDS = Number(values.rounds);
/** Warm-up, because code that has not run often is not compiled yet. */
const WARMING_SIGN_INS = 1_200;
/** Fewer, because verifying a response runs the same code hundreds of times. */
const WARMING_SAML_SIGN_INS = 120;
/** Sign-ins in a window, so that reading the clock weighs little. */
const WINDOW = 4;
const RESPONSE_BYTES = 11_264;
const POSTS_AT_ONCE = 20;
const MICROSECONDS = 1000;

const groups = Array.from({ length: 20 }, (_, index) => `Department group ${index} of a company`);
const person = (filler: number): Person => ({
  id: "p-1",
  email: "ann@acme.test",
  firstName: "Ann",
  lastName: "Archer",
  groups,
  attributes: { description: ["x".repeat(filler)] },
});

const openId = await startHostileOpenIdProvider();
const saml = await startSamlProvider({ people: [person(0)] });
const hosts = "127.0.0.1,localhost";
const inline = await startMeasured("inline", hosts);
const threads = await startMeasured("threads", hosts);

const median = (list: readonly number[]) => list.toSorted((left, right) => left - right)[list.length >> 1] ?? NaN;
const milliseconds = (microseconds: number) => `${(microseconds / MICROSECONDS).toFixed(2)} ms`;
const print = (line: string) => process.stdout.write(`${line}\n`);

/** CPU time of one of the things that `work` does `WINDOW` times, in microseconds. */
async function measure(of: MeasuredProcess, work: (index: number) => Promise<unknown>): Promise<number> {
  const before = await of.ask("cpu");
  for (let index = 0; index < WINDOW; index += 1) await work(index);
  return ((await of.ask("cpu")) - before) / WINDOW;
}

/** Alternates two measurements, and prints their medians and ratio. */
async function compare(
  what: string,
  aim: number | null,
  warming: number,
  takeTurn: (round: number) => Promise<{ readonly ours: number; readonly theirs: number }>,
): Promise<void> {
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = -Math.ceil(warming / WINDOW); round < ROUNDS; round += 1) {
    const turn = await takeTurn(round);
    if (round < 0) continue;
    ours.push(turn.ours);
    theirs.push(turn.theirs);
  }
  const result = `${milliseconds(median(ours))} / ${milliseconds(median(theirs))} = ${(median(ours) / median(theirs)).toFixed(2)}`;
  print(`${what.padEnd(62)} ${result}${aim === null ? "" : `   (aim ${aim.toFixed(2)})`}`);
}

/** Runs both, in an order that changes with each round. */
async function inTurn<Ours, Theirs>(round: number, first: () => Promise<Ours>, second: () => Promise<Theirs>) {
  if (round % 2 === 0) return { ours: await first(), theirs: await second() };
  const theirs = await second();
  return { ours: await first(), theirs };
}

interface Begun extends Answer {
  readonly visitor: string;
}

/** Begins sign-ins, and keeps their responses for the next step. */
async function begin(url: string): Promise<Begun> {
  const visitor = nextVisitor();
  return { ...(await visit(url, visitor)), visitor };
}

/** Begins the sign-ins of a window, unmeasured. */
const beginWindow = (url: string) => Promise.all(Array.from({ length: WINDOW }, () => begin(url)));

type SignedPart = "RESPONSE" | "ASSERTION" | "BOTH";

/** A response of the wanted size to a request. */
function answerTo(location: string, signedPart: SignedPart, extra = ""): Record<string, string> {
  const changes = (filler: number) => ({
    signedPart,
    attributes: saml.describe(person(filler), saml.readRequest(location)).attributes,
    rewriteAssertion: (xml: string) => xml.replace("</saml:AttributeStatement>", `${extra}</saml:AttributeStatement>`),
  });
  const sizeOf = (fields: { SAMLResponse: string }) => Buffer.from(fields.SAMLResponse, "base64").length;
  const bare = sizeOf(saml.answer(location, "p-1", changes(0)).fields);
  return { ...saml.answer(location, "p-1", changes(Math.max(0, RESPONSE_BYTES - bare))).fields };
}

async function signInOnce({ startUrl, acsUrl }: SamlTenant): Promise<void> {
  const { location, visitor, cookies } = await begin(startUrl);
  const posted = await visit(acsUrl, visitor, { form: answerTo(location, "BOTH") });
  await visit(new URL(posted.location, acsUrl).href, visitor, { cookies });
}

async function compareSaml(of: MeasuredProcess, tenant: SamlTenant, signedPart: SignedPart, name: string) {
  await compare(
    `SAML response → person, ${signedPart} signed, ${name} / node-saml alone`,
    1.15,
    WARMING_SAML_SIGN_INS,
    async (round) => {
      const begun = await beginWindow(tenant.startUrl);
      const forms = begun.map(({ location }) => answerTo(location, signedPart));
      return await inTurn(
        round,
        () =>
          measure(of, async (index) => {
            const { visitor, cookies } = begun[index]!;
            const { location } = await visit(tenant.acsUrl, visitor, { form: forms[index]! });
            await visit(new URL(location, tenant.acsUrl).href, visitor, { cookies });
          }),
        () =>
          of.ask("node-saml", {
            responses: forms.map(({ SAMLResponse }) => SAMLResponse!),
            entityId: tenant.entityId,
            acsUrl: tenant.acsUrl,
            issuer: saml.entityId,
            certificate: saml.keys()[0]!.certificate,
            signsResponse: signedPart !== "ASSERTION",
            signsAssertion: signedPart !== "RESPONSE",
          }),
      );
    },
  );
}

/** For how long the event loop was blocked while responses were verified. */
async function watchStalls(of: MeasuredProcess, tenant: SamlTenant, name: string): Promise<void> {
  const siblings = '<a xmlns:b="urn:b" b:c="1"></a>'.repeat(2_900);
  const stallOf = async (count: number, extra: string) => {
    const begun = await Promise.all(Array.from({ length: count }, () => begin(tenant.startUrl)));
    const forms = begun.map(({ location }) => answerTo(location, "BOTH", extra));
    await of.ask("watch");
    await Promise.all(forms.map((form, index) => visit(tenant.acsUrl, begun[index]!.visitor, { form })));
    return await of.ask("stall");
  };
  const usual = await stallOf(POSTS_AT_ONCE, "");
  const slow = await stallOf(1, siblings);
  print(
    `Longest stall, ${name.padEnd(7)}: ${usual.toFixed(0)} ms with ${POSTS_AT_ONCE} responses posted at once, ${slow.toFixed(0)} ms with one of 2,900 siblings`,
  );
}

try {
  const tenants = {
    inline: await createSamlTenant(inline, saml),
    threads: await createSamlTenant(threads, saml),
    openId: await createTenant(inline, openId),
  };
  // People who have signed in before, as nearly everybody has.
  await signInOnce(tenants.inline);
  await signInOnce(tenants.threads);
  const first = await begin(tenants.openId.startUrl);
  await visit(await openId.authorize(first.location), first.visitor, { cookies: first.cookies });
  const port = await inline.ask("limit", {
    organizationId: tenants.openId.organizationId,
    openIdConnectionId: tenants.openId.connectionId,
    samlConnectionId: tenants.inline.connectionId,
    samlSignOnUrl: saml.signOnUrl,
    issuer: openId.issuer,
    authorizationEndpoint: `${openId.url}/authorize`,
    tokenEndpoint: `${openId.url}/token`,
    jwksUri: `${openId.url}/keys`,
    clientId: openId.clientId,
    clientSecret: openId.clientSecret,
  });
  const limit = `http://localhost:${port}`;

  print(
    `Node ${process.versions.node}, SQLite; CPU time of the whole process for each, medians of ${ROUNDS} rounds:\n`,
  );
  for (const [what, start, theirs] of [
    ["SAML request / limit", tenants.inline.startUrl, `${limit}/saml`],
    ["OpenID Connect request / limit", tenants.openId.startUrl, `${limit}/openid`],
  ] as const)
    await compare(what, 3, WARMING_SIGN_INS, (round) =>
      inTurn(
        round,
        () => measure(inline, () => begin(start)),
        () => measure(inline, () => begin(theirs)),
      ),
    );

  let tokenRequests = 0;
  let otherRequests = 0;
  let callbacks = 0;
  await compare("OpenID Connect callback → person / limit", 1.5, WARMING_SIGN_INS, async (round) => {
    const authorize = (begun: readonly Begun[]) =>
      Promise.all(begun.map(async (each) => ({ ...each, location: await openId.authorize(each.location) })));
    const [ours, theirs] = [
      await authorize(await beginWindow(tenants.openId.startUrl)),
      await authorize(await beginWindow(`${limit}/openid`)),
    ];
    const finish = (begun: readonly Begun[]) => () =>
      measure(inline, (index) => {
        const { location, visitor, cookies } = begun[index]!;
        return visit(location, visitor, { cookies });
      });
    return await inTurn(
      round,
      async () => {
        openId.forget();
        const cpu = await finish(ours)();
        if (round < 0) return cpu;
        callbacks += WINDOW;
        tokenRequests += openId.count("token");
        otherRequests += openId.requests.length - openId.count("token");
        return cpu;
      },
      finish(theirs),
    );
  });
  print(`  Requests to the provider: ${tokenRequests} for ${callbacks} callbacks, and ${otherRequests} others`);

  for (const signedPart of ["RESPONSE", "ASSERTION", "BOTH"] as const) {
    await compareSaml(inline, tenants.inline, signedPart, "in place");
    await compareSaml(threads, tenants.threads, signedPart, "threads");
  }
  print("");
  await watchStalls(inline, tenants.inline, "inline");
  await watchStalls(threads, tenants.threads, "threads");
} finally {
  closeClient();
  await Promise.all([inline.stop(), threads.stop()]);
  await saml.close();
  await openId.close();
}
