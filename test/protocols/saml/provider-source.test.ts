/** Metadata behind an address: fetched once, taken from other replicas, and unable to change the provider's identity. */
import { beforeEach, describe, expect, test } from "@jest/globals";
import type { ProviderFacts, ReadProvider } from "../../../src/protocols/saml/fetch-metadata.js";
import { createMetadataSource } from "../../../src/protocols/saml/provider-source.js";
import { createProviderKey } from "../../support/providers/saml/index.js";
import { writeProviderMetadata } from "../../support/providers/saml/metadata.js";
import { parseCertificate } from "../../../src/protocols/saml/certificates.js";

const [first, second] = [createProviderKey(), createProviderKey()];
let now: Date;
let fetches: number;
let answer: () => Response;
/** The facts in the database. */
let stored: ReadProvider | null;
let looks: number;

const metadata = (keys: readonly { base64: string }[], entityId = "https://idp.example") =>
  writeProviderMetadata({
    entityId,
    signOnUrl: "https://idp.example/sso",
    certificates: keys.map(({ base64 }) => base64),
    nameIdFormat: "x",
    wantsSignedRequests: false,
  });

beforeEach(() => {
  now = new Date("2026-11-23T08:00:00Z");
  fetches = 0;
  stored = null;
  looks = 0;
  answer = () => new Response(metadata([first]));
});

function open(options: { entityId?: string | null; lastKnown?: ProviderFacts | null } = {}, recalled = stored) {
  return createMetadataSource({
    metadataUrl: "https://idp.example/metadata",
    fetch: async () => {
      fetches++;
      await Promise.resolve();
      return answer();
    },
    judgeAddress: (url) => (url.protocol === "https:" ? null : "must begin with https://"),
    now: () => now,
    entityId: options.entityId ?? null,
    lastKnown: options.lastKnown ?? null,
    recalled,
    recall: async () => {
      looks++;
      return stored;
    },
    keep: async (provider) => void (stored = provider),
  });
}

/** The facts as a different replica stores them now. */
function storeElsewhere(...keys: readonly { certificate: string }[]): void {
  const certificates = keys.map(({ certificate }) => {
    const parsed = parseCertificate(certificate);
    if ("issue" in parsed) throw new Error(parsed.issue);
    return parsed.value;
  });
  stored = {
    facts: { entityId: "https://idp.example", signOnUrl: "https://idp.example/sso", certificates },
    readAt: now,
  };
}

/** Lets work in the background end. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function wait(seconds: number): void {
  now = new Date(now.getTime() + seconds * 1000);
}

const pems = (facts: ProviderFacts | null) => facts?.certificates.map(({ pem }) => pem);
const pemOf = (key: { certificate: string }) => key.certificate.trimEnd();

describe("a document behind an address", () => {
  test("is fetched once for many callers at the same time, and sign-ins of a day do not fetch it again", async () => {
    const source = open();
    await Promise.all(Array.from({ length: 20 }, () => source.current()));
    for (let hour = 0; hour < 24; hour++) {
      wait(3_600);
      await source.current();
      await settle();
    }
    expect(fetches).toBe(1);
  });

  test("that a different replica has read is used within minutes, and not fetched", async () => {
    const source = open();
    await source.current();
    wait(200);
    storeElsewhere(first, second);
    for (let index = 0; index < 10; index++) expect(pems(await source.current())).toEqual([pemOf(first)]);
    await settle();
    expect(looks).toBe(0);
    wait(101);
    await Promise.all(Array.from({ length: 10 }, () => source.current()));
    await settle();
    expect(pems(await source.current())).toEqual([pemOf(first), pemOf(second)]);
    expect([looks, fetches]).toEqual([1, 1]);
  });

  test("that a different replica has read is used at once when a signature fails, and not fetched", async () => {
    const source = open();
    await source.current();
    wait(1);
    storeElsewhere(second);
    expect(pems(await source.refresh())).toEqual([pemOf(second)]);
    expect(fetches).toBe(1);
  });

  test("that a different replica read earlier does not replace this replica's facts", async () => {
    storeElsewhere(first);
    const source = open({}, null);
    const earlier = stored;
    wait(10);
    answer = () => new Response(metadata([second]));
    await source.current();
    stored = earlier;
    wait(301);
    await source.current();
    await settle();
    expect(pems(await source.current())).toEqual([pemOf(second)]);
  });

  test("that was stored is used at a start without a request, for a day", async () => {
    storeElsewhere(second);
    wait(24 * 3_600);
    expect(pems(await open().current())).toEqual([pemOf(second)]);
    expect(fetches).toBe(0);
    wait(2 * 3_600);
    expect(pems(await open().current())).toEqual([pemOf(first)]);
    expect(fetches).toBe(1);
  });

  test("that nobody has read for a day is fetched by a sign-in, which continues, once a minute if it fails", async () => {
    const source = open();
    await source.current();
    answer = () => new Response("", { status: 503 });
    wait(26 * 3_600);
    for (let index = 0; index < 10; index++) {
      expect(pems(await source.current())).toEqual([pemOf(first)]);
      await settle();
    }
    expect(fetches).toBe(2);
    answer = () => new Response(metadata([second]));
    wait(301);
    expect(pems(await source.current())).toEqual([pemOf(first)]);
    await settle();
    await settle();
    expect(pems(await source.current())).toEqual([pemOf(second)]);
    expect(fetches).toBe(3);
  });

  test("is fetched again when a signature fails, a few times at once and then once a minute for a flood of them", async () => {
    const source = open();
    await source.current();
    for (let index = 0; index < 1_000; index++) await source.refresh();
    expect(fetches).toBe(1 + 5);
    for (let minute = 0; minute < 3; minute++) {
      wait(60);
      for (let index = 0; index < 1_000; index++) await source.refresh();
    }
    expect(fetches).toBe(1 + 5 + 3);
    wait(3_600);
    for (let index = 0; index < 1_000; index++) await source.refresh();
    expect(fetches).toBe(1 + 5 + 3 + 5);
  });

  test("is fetched once for many signatures that fail at the same time", async () => {
    const source = open();
    await source.current();
    answer = () => new Response(metadata([second]));
    const refreshed = await Promise.all(Array.from({ length: 20 }, () => source.refresh()));
    expect(refreshed.map((facts) => pems(facts)?.[0])).toContain(pemOf(second));
    expect([looks, fetches]).toEqual([1, 2]);
  });

  test("is fetched for the provider's new certificate right after a forged message has caused a fetch", async () => {
    const source = open();
    await source.current();
    expect(await source.refresh()).toBeNull();
    answer = () => new Response(metadata([second]));
    expect(pems(await source.refresh())).toEqual([pemOf(second)]);
  });

  test("that lost a certificate accepts messages under way for two minutes, and none of a certificate before", async () => {
    const third = createProviderKey();
    const source = open();
    await source.current();
    expect(source.withdrawn()).toEqual([]);
    answer = () => new Response(metadata([second]));
    await source.refresh();
    expect(source.withdrawn().map(({ pem }) => pem)).toEqual([pemOf(first)]);
    wait(60);
    answer = () => new Response(metadata([second, third]));
    await source.refresh();
    expect(source.withdrawn().map(({ pem }) => pem)).toEqual([pemOf(first)]);
    wait(61);
    expect(source.withdrawn()).toEqual([]);
  });

  test("without new certificates is not a reason to verify again", async () => {
    const source = open();
    await source.current();
    wait(61);
    expect(await source.refresh()).toBeNull();
  });

  test("that never could be fetched is replaced by the last known certificates", async () => {
    answer = () => new Response("", { status: 500 });
    await expect(open().current()).rejects.toMatchObject({ code: "SAML_METADATA_UNREACHABLE" });
    const parsed = parseCertificate(second.certificate);
    const certificates = "value" in parsed ? [parsed.value] : [];
    const lastKnown = { entityId: "https://idp.example", signOnUrl: "https://idp.example/sso", certificates };
    const source = open({ lastKnown });
    expect(await source.current()).toBe(lastKnown);
    expect(await source.current()).toBe(lastKnown);
    expect(fetches).toBe(2);
    wait(61);
    answer = () => new Response(metadata([first]));
    expect(pems(await source.current())).toEqual([pemOf(first)]);
  });

  test("that has expired is replaced by the last known certificates, and refused without any", async () => {
    const over = metadata([first]).replace("<md:EntityDescriptor", '$& validUntil="2026-11-23T07:59:59Z"');
    answer = () => new Response(over);
    await expect(open().current()).rejects.toMatchObject({ code: "SAML_METADATA_EXPIRED" });
    const lastKnown = { entityId: "https://idp.example", signOnUrl: "https://idp.example/sso", certificates: [] };
    expect(await open({ lastKnown }).current()).toBe(lastKnown);
  });

  test("that is wrong is refused despite known certificates", async () => {
    const lastKnown = { entityId: "https://idp.example", signOnUrl: "https://idp.example/sso", certificates: [] };
    answer = () => new Response("<html>");
    await expect(open({ lastKnown }).current()).rejects.toMatchObject({ code: "SAML_METADATA_INVALID" });
    answer = () => new Response(metadata([first]).replace("https://idp.example/sso", "javascript:alert(1)"));
    await expect(open({ lastKnown }).current()).rejects.toMatchObject({ code: "SAML_METADATA_INVALID" });
  });

  test("may not change its entity ID, against the setting or its own", async () => {
    await expect(open({ entityId: "https://other.example" }).current()).rejects.toMatchObject({
      code: "SAML_PROVIDER_CHANGED",
    });
    const source = open();
    await source.current();
    wait(61);
    answer = () => new Response(metadata([second], "https://other.example"));
    expect(await source.refresh()).toBeNull();
    expect(await source.current()).toMatchObject({ entityId: "https://idp.example" });
  });
});
