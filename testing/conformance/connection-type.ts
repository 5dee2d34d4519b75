/**
 * Tests of the contract of connection types. The same suite runs over every type. Sign-in, provisioning and GraphQL can
 * use a type that passes.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import type { Strategy } from "passport";
import {
  PROFILE_LENGTHS,
  ProtocolRefusal,
  type AnyConnectionType,
  type Exchange,
  type Finding,
  type NormalizedProfile,
  type OwnKeys,
  type RefusalText,
  type Runtime,
} from "../../src/connection/contract/index.js";
import { createRegistry } from "../../src/connection/registry.js";
import { fillGuide } from "../../src/connection/settings-table.js";
import { Flows, runExchange, type Answer } from "./exchange.js";
import { findMisleadingSettings, type Exercised } from "./secrets.js";
import { hostileInput, hostileParameters } from "./hostile-values.js";
import {
  ADDRESSES,
  makeRuntime,
  nothingSet,
  parseInput,
  settingsOf,
  URLS,
  type ConformanceSubject,
  type Peer,
} from "./subject.js";
import { times } from "../long.js";

const SENTENCE = /^[A-Z0-9][^]*[.]$/;
const INTERLEAVED = 40;
/** Usher's own types name their guides by a path from this folder. A package names its guide by a whole URL. */
const REPOSITORY = new URL("../../", import.meta.url);

/** Declares the suite for one connection type. */
export function describeConnectionType(name: string, subject: ConformanceSubject): void {
  describe(`${name} keeps the contract`, () => {
    let peer: Peer;
    let type: AnyConnectionType;
    let settings: Record<string, unknown>;
    let keys: OwnKeys | null;
    let runtime: Runtime;
    let strategy: Strategy;
    beforeAll(async () => {
      peer = await subject.start();
      ({ type } = peer);
      settings = parseInput(peer);
      keys = (await type.createKeys?.(ADDRESSES, new Date())) ?? null;
      runtime = makeRuntime(keys);
      strategy = type.strategy(await type.open(settings, runtime), runtime);
    });
    afterAll(async () => {
      await peer?.close();
      await type?.close?.();
    });

    /** Begins a sign-in. Returns the state of `keep`, too, because each protocol carries it in a different place. */
    const start = async (flows: Flows, running = strategy, chooseAccount = false): Promise<Started> => {
      let state = "";
      const keep: Flows["keep"] = async (draft) => (state = await flows.keep(draft));
      const exchange = { step: "start", loginHint: null, forceAuthentication: false, chooseAccount, keep } as const;
      const answers = await runExchange(running, exchange);
      return { answers, state };
    };
    const comeBack = async (flows: Flows, parameters: Readonly<Record<string, string>>, state: string) =>
      await runExchange(strategy, makeReturn(type, flows, parameters, state));
    const isPublished = (error: unknown) =>
      error instanceof ProtocolRefusal && Object.hasOwn(type.refusals as object, error.code);
    /** The type's outputs to the person and to the administrator. They must not contain secrets. */
    const said: unknown[] = [];

    describe("its declaration", () => {
      test("is accepted by the registry", () => {
        expect(createRegistry([type]).types).toEqual([type]);
        const guide = readFileSync(new URL(type.guide, REPOSITORY), "utf8");
        // If this fails, run `npm run guides`, or in a package `npx usher guides`.
        expect(fillGuide(guide, type)).toBe(guide);
        expect(type.description).toMatch(SENTENCE);
      });

      test("labels and explains each setting", () => {
        for (const [, { label, help }] of settingsOf(type)) {
          expect(label).toMatch(/^[A-Z].*[^.\s]$/);
          expect(help).toMatch(SENTENCE);
        }
      });

      test("has defaults that its own parsers do not change", () => {
        for (const [, setting] of settingsOf(type))
          if (setting.default !== null)
            expect(setting.parse(setting.default, URLS)).toEqual({ value: setting.default });
      });

      test("has a sentence for the person and a remedy for the administrator for each refusal", () => {
        const refusals = Object.entries(type.refusals as Record<string, RefusalText>);
        expect(refusals).not.toEqual([]);
        for (const [code, { message, remedy }] of refusals) {
          expect([code, message]).toEqual([code, expect.stringMatching(SENTENCE)]);
          expect([code, remedy]).toEqual([code, expect.stringMatching(SENTENCE)]);
          expect(message).not.toMatch(/[A-Z]+_[A-Z]+|https?:/);
        }
      });
    });

    describe("before any setting has a value", () => {
      test("it says what to paste at the provider", () => {
        const details = type.serviceProvider(ADDRESSES);
        expect(new Set(details.map((detail) => detail.name)).size).toBe(details.length);
        expect(details.map(({ value }) => value)).toContain(
          type.binding === "redirect" ? ADDRESSES.callbackUrl : ADDRESSES.acsUrl,
        );
        for (const { label } of details) expect(label).toMatch(/^[A-Z]/);
        expect(type.serviceProvider(ADDRESSES)).toEqual(details);
        said.push(details);
      });

      test("it takes a draft in which nothing is set", () => {
        const nothing = freeze(nothingSet(type));
        expect(type.check(nothing, false)).toEqual([]);
        expect(Array.isArray(type.check(nothing, true))).toBe(true);
        if (type.complete) expect(type.complete(nothing, new Set())).toEqual(nothing);
        if (type.metadataDocument) expect(type.metadataDocument(ADDRESSES, nothing, null).body).not.toBe("");
      });
    });

    describe("settings", () => {
      test("are parsed or refused with a sentence, for any input", () => {
        for (const [setting, { parse }] of settingsOf(type))
          fc.assert(
            fc.property(hostileInput, (input) => {
              const parsed = parse(input, URLS);
              if ("issue" in parsed) expect([setting, parsed.issue]).toEqual([setting, expect.stringMatching(/\S/)]);
              // Usher stores a parsed value and parses it again later.
              else expect(parse(parsed.value, URLS)).toEqual(parsed);
            }),
          );
      });

      test("are checked together by a pure function that names settings, for any combination", () => {
        const names = Object.keys(type.settings as object);
        fc.assert(
          fc.property(combinationsOf(peer, settings), fc.boolean(), (draft, complete) => {
            const frozen = freeze(draft);
            const issues = type.check(frozen, complete);
            for (const issue of issues) {
              expect(names).toContain(issue.setting);
              expect(issue.message).toMatch(/\S/);
            }
            expect(type.check(frozen, complete)).toEqual(issues);
          }),
        );
      });

      test("name their issuer by a pure function, for any combination", () => {
        fc.assert(
          fc.property(combinationsOf(peer, settings), (draft) => {
            const frozen = freeze(draft);
            const issuer = type.issuer(frozen);
            expect(["named", "learnt", "open"]).toContain(issuer.kind);
            if (issuer.kind === "named") expect(issuer.issuers).not.toEqual([]);
            expect(type.issuer(frozen)).toEqual(issuer);
          }),
        );
      });

      test("that are complete name the issuer of the people who sign in, or where it is learnt", () => {
        const issuer = type.issuer(settings);
        if (issuer.kind === "named") expect(issuer.issuers).toContain(peer.identityOf(1).issuer);
        else expect(issuer).toEqual({ kind: "learnt", from: expect.stringMatching(/\S/) });
      });

      test("that are complete have nothing wrong with them", () => {
        expect(type.check(settings, true)).toEqual([]);
        for (const [setting, { required }] of settingsOf(type)) if (required) expect(settings[setting]).not.toBeNull();
      });
    });

    describe("a provider that does not answer", () => {
      test("cannot be opened, and is refused with a published code", async () => {
        if (peer.dead === null) return;
        const opening = peer.dead.type.open(parseInput(peer.dead), runtime);
        const error: unknown = await opening.catch((reason: unknown) => reason);
        expect(isPublished(error)).toBe(true);
        said.push((error as ProtocolRefusal).detail);
      });

      test("is diagnosed with a remedy", async () => {
        if (peer.dead === null) return;
        const findings = await peer.dead.type.diagnose(parseInput(peer.dead), runtime);
        expect(findings.some(({ level }) => level === "ERROR")).toBe(true);
        expectFindings(findings);
        said.push(findings);
      });
    });

    test("a healthy provider is diagnosed without an error", async () => {
      const findings = await type.diagnose(settings, runtime);
      expect(findings).not.toEqual([]);
      expect(findings.filter(({ level }) => level === "ERROR")).toEqual([]);
      expectFindings(findings);
      said.push(findings);
    });

    describe("the strategy answers exactly once", () => {
      test("when a sign-in starts, with an address and a stored flow", async () => {
        const flows = new Flows();
        const { answers } = await start(flows);
        expect(answers).toEqual([{ kind: "redirect", url: expect.stringMatching(/^https?:\/\//) }]);
        expect(flows.count).toBe(1);
        said.push(answers);
      });

      test("when the person wants to choose the account, and only then asks the provider to offer a choice", async () => {
        const flows = new Flows();
        expect(peer.asksForAccount(urlOf(await start(flows)))).toBe(false);
        const begun = await start(flows, strategy, true);
        expect(peer.asksForAccount(urlOf(begun))).toBe(true);
        const answers = await comeBack(flows, await peer.signIn(urlOf(begun), 2), begun.state);
        expect(profileOf(type, answers, settings)).toMatchObject(peer.identityOf(2));
      });

      test("when the person comes back", async () => {
        const flows = new Flows();
        const begun = await start(flows);
        const answers = await comeBack(flows, await peer.signIn(urlOf(begun), 1), begun.state);
        // If the flow were not used up, the same answer could sign in twice. For a post, the caller uses the flow up
        // and stores the replay note.
        const posted = type.binding === "post" ? { flow: expect.anything(), replay: expect.anything() } : null;
        expect(answers).toEqual([{ kind: "success", verification: { verified: expect.anything(), posted } }]);
        expect(flows.usedUp).toBe(type.binding === "post" ? 0 : 1);
        const profile = profileOf(type, answers, settings);
        expect(profile).toMatchObject(peer.identityOf(1));
        expectProfile(profile);
        said.push(profile);
      });

      test("when another request has used the flow up", async () => {
        if (type.binding === "post") return; // For a post, the caller uses the flow up.
        const flows = new Flows();
        const begun = await start(flows);
        const parameters = await peer.signIn(urlOf(begun), 1);
        await comeBack(flows, parameters, begun.state);
        expectRefusal(await comeBack(flows, parameters, begun.state), isPublished);
      });

      test("when another request uses the flow up after it was found", async () => {
        if (type.binding === "post") return; // For a post, the caller uses the flow up.
        const flows = new Flows();
        const begun = await start(flows);
        const parameters = await peer.signIn(urlOf(begun), 1);
        const pending = flows.find(begun.state);
        if (pending === null) throw new Error("the sign-in has no flow");
        const flow = { ...pending, consume: async () => false };
        expectRefusal(await runExchange(strategy, { step: "return", parameters, flow }), isPublished);
      });

      test("when the parameters are arbitrary", async () => {
        const flows = new Flows();
        const { state } = await start(flows);
        await fc.assert(
          fc.asyncProperty(hostileParameters, async (parameters) => {
            const pending = flows.find(state);
            // The flow is unused in each run, so that the strategy checks the parameters.
            const fresh = pending && { ...pending, consume: async () => true };
            const exchange: Exchange =
              type.binding === "redirect" && fresh
                ? { step: "return", parameters, flow: fresh }
                : { step: "post", parameters, findFlow: async () => fresh };
            expectRefusal(await runExchange(strategy, exchange), isPublished);
          }),
          { numRuns: times(40) },
        );
      });

      test("when the answer comes by the other binding", async () => {
        const flows = new Flows();
        const begun = await start(flows);
        const parameters = await peer.signIn(urlOf(begun), 1);
        const flow = flows.find(begun.state);
        if (flow === null) throw new Error("the sign-in has no flow");
        const exchange: Exchange =
          type.binding === "redirect"
            ? { step: "post", parameters, findFlow: async () => flow }
            : { step: "return", parameters, flow };
        expectRefusal(await runExchange(strategy, exchange), isPublished);
      });
    });

    test(`${INTERLEAVED} interleaved sign-ins give nobody another's result`, async () => {
      const flows = new Flows();
      const people = Array.from({ length: INTERLEAVED }, (_, person) => person);
      const backs = await Promise.all(
        people.map(async (person) => {
          const begun = await start(flows);
          return { state: begun.state, parameters: await peer.signIn(urlOf(begun), person) };
        }),
      );
      const answers = await Promise.all(
        backs.toReversed().map(({ state, parameters }) => comeBack(flows, parameters, state)),
      );
      const profiles = answers.toReversed().map((each) => profileOf(type, each, settings));
      expect(profiles.map(({ issuer, subject: who }) => ({ issuer, subject: who }))).toEqual(
        people.map((person) => peer.identityOf(person)),
      );
    });

    test("a profile is made by a pure function from any verified message, and has bounded, non-empty texts", () => {
      fc.assert(
        fc.property(subject.verified, (verified) => {
          const frozen = freeze(verified);
          const profile = type.normalize(frozen, freeze(settings));
          expectProfile(profile);
          expect(type.normalize(frozen, settings)).toEqual(profile);
        }),
        { numRuns: times(500) },
      );
    });

    test("a secret is sent only to addresses whose change requires it to be entered again", async () => {
      const exercise: Exercised["exercise"] = async (moved, fetch, real) => {
        const lent = { ...runtime, fetch };
        await type.diagnose(moved, lent);
        const running = type.strategy(await type.open(moved, lent), lent);
        const flows = new Flows();
        const begun = await start(flows, running);
        const parameters = await peer.signIn(real(urlOf(begun)), 1);
        await runExchange(running, makeReturn(type, flows, parameters, begun.state));
      };
      expect(await findMisleadingSettings({ type, settings, fetch: runtime.fetch, exercise })).toEqual([]);
    });

    test("secrets are never shown", () => {
      const secrets = settingsOf(type)
        .filter(([, { kind }]) => kind === "SECRET")
        .map(([setting]) => settings[setting])
        .filter((value) => typeof value === "string");
      const pairs = [...(keys?.signing ?? []), ...(keys?.decryption ?? [])];
      // A line from inside the key, because the first line of every key is the same.
      secrets.push(...pairs.map(({ privateKey }) => privateKey.split("\n")[2] ?? ""));
      said.push(type.metadataDocument?.(ADDRESSES, settings, keys)?.body);
      expect(said.length).toBeGreaterThan(3);
      const text = JSON.stringify(said);
      for (const secret of secrets) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(encodeURIComponent(secret));
      }
    });
  });
}

/** A sign-in that began. */
interface Started {
  readonly answers: readonly Answer[];
  /** The state that `keep` returned. */
  readonly state: string;
}

/** Drafts in which each setting has the configured value, the default, a hostile value or no value. */
function combinationsOf(peer: Peer, settings: Readonly<Record<string, unknown>>) {
  const choices = settingsOf(peer.type).map(([name, setting]) => {
    const parsed = hostileInput.map((input) => {
      const result = setting.parse(input, URLS);
      return "value" in result ? result.value : null;
    });
    return [name, fc.oneof(fc.constant(null), fc.constant(setting.default), fc.constant(settings[name]), parsed)];
  });
  return fc.record(Object.fromEntries(choices) as Record<string, fc.Arbitrary<unknown>>);
}

function makeReturn(
  { binding }: AnyConnectionType,
  flows: Flows,
  parameters: Readonly<Record<string, string>>,
  state: string,
): Exchange {
  if (binding === "post") return { step: "post", parameters, findFlow: flows.findByRequest };
  const flow = flows.find(state);
  if (flow === null) throw new Error("the sign-in has no flow");
  return { step: "return", parameters, flow };
}

function urlOf({ answers }: Started): string {
  const [answer] = answers;
  if (answer?.kind !== "redirect") throw new Error(`the sign-in did not start: ${JSON.stringify(answers)}`);
  return answer.url;
}

function profileOf(
  type: AnyConnectionType,
  answers: readonly Answer[],
  settings: Record<string, unknown>,
): NormalizedProfile {
  const [answer] = answers;
  if (answer?.kind === "error") throw answer.error;
  if (answer?.kind !== "success") throw new Error(`nobody was signed in: ${JSON.stringify(answers)}`);
  return type.normalize(answer.verification.verified, settings);
}

function expectRefusal(answers: readonly Answer[], isPublished: (error: unknown) => boolean): void {
  expect(answers).toEqual([{ kind: "error", error: expect.anything() }]);
  const [answer] = answers;
  if (answer?.kind === "error" && !isPublished(answer.error)) throw answer.error;
}

function expectFindings(findings: readonly Finding[]): void {
  for (const { check, level, message, remedy } of findings) {
    expect(check).toMatch(/^[A-Z]+(?:_[A-Z0-9]+)*$/);
    expect(message).toMatch(/\S/);
    if (level === "OK") expect(remedy).toBeNull();
    else expect(remedy).toMatch(SENTENCE);
  }
}

const SINGLE = ["email", "username", "firstName", "lastName", "fullName", "employeeId"] as const;

function expectProfile(profile: NormalizedProfile): void {
  const texts = [profile.issuer, profile.subject, ...profile.groupsClaims, ...profile.authenticationMethods];
  if (profile.groups.kind === "known") texts.push(...profile.groups.values);
  if (profile.groups.kind === "unknown") texts.push(profile.groups.reason);
  for (const field of SINGLE) {
    const value = profile[field];
    if (value === null) continue;
    texts.push(value);
    expect(value.length).toBeLessThanOrEqual(PROFILE_LENGTHS[field]);
    // oxlint-disable-next-line no-control-regex -- the pattern must match control characters
    expect(value).not.toMatch(/[\u0000-\u001f]|^\s|\s$/);
  }
  for (const value of Object.values(profile.profile)) {
    texts.push(value);
    expect(value.length).toBeLessThanOrEqual(PROFILE_LENGTHS.profile);
  }
  for (const text of texts) expect(text).toMatch(/\S/);
  if (profile.email === null) expect(profile.emailVerified).toBeNull();
  else expect(profile.email).toMatch(/^[^@\s]+@[^@\s]+$/);
  for (const values of Object.values(profile.attributes))
    for (const value of values) expect(typeof value).toBe("string");
}

/** Freezes a value with all its parts, so that code that changes it throws. */
function freeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) freeze(each);
  }
  return value;
}
