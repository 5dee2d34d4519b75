/** Metadata behind an address: fetched once, refreshed in the background, and unable to change the provider's identity. */
import { beforeEach, describe, expect, test } from "@jest/globals";
import { createMetadataSource, type ProviderFacts } from "../../../src/protocols/saml/provider-source.js";
import { createProviderKey } from "../../support/providers/saml/index.js";
import { writeProviderMetadata } from "../../support/providers/saml/metadata.js";
import { parseCertificate } from "../../../src/protocols/saml/certificates.js";

const [first, second] = [createProviderKey(), createProviderKey()];
let now: Date;
let fetches: number;
let answer: () => Response;

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
  answer = () => new Response(metadata([first]));
});

function open(options: { entityId?: string | null; lastKnown?: ProviderFacts | null } = {}) {
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
  });
}

function wait(seconds: number): void {
  now = new Date(now.getTime() + seconds * 1000);
}

const pems = (facts: ProviderFacts | null) => facts?.certificates.map(({ pem }) => pem);
const pemOf = (key: { certificate: string }) => key.certificate.trimEnd();

describe("a document behind an address", () => {
  test("is fetched once for many callers at the same time, and not again within the hour", async () => {
    const source = open();
    await Promise.all(Array.from({ length: 20 }, () => source.current()));
    wait(3_500);
    await source.current();
    expect(fetches).toBe(1);
  });

  test("is fetched again after an hour, while the sign-in continues", async () => {
    const source = open();
    await source.current();
    wait(3_700);
    answer = () => new Response(metadata([first, second]));
    expect(pems(await source.current())).toEqual([pemOf(first)]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(pems(await source.current())).toEqual([pemOf(first), pemOf(second)]);
    expect(fetches).toBe(2);
  });

  test("that cannot be fetched any more keeps the known facts, and is requested once a minute", async () => {
    const source = open();
    await source.current();
    answer = () => new Response("", { status: 503 });
    wait(3_700);
    for (let index = 0; index < 10; index++) {
      expect(pems(await source.current())).toEqual([pemOf(first)]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(fetches).toBe(2);
  });

  test("is fetched again when a signature fails, once a minute for a flood of them", async () => {
    const source = open();
    await source.current();
    wait(61);
    answer = () => new Response(metadata([second]));
    const refreshed = await Promise.all(Array.from({ length: 20 }, () => source.refresh()));
    expect(refreshed.map((facts) => pems(facts)?.[0])).toContain(pemOf(second));
    expect(await source.refresh()).toBeNull();
    expect(fetches).toBe(2);
  });

  test("is not fetched again by a failed signature while a sign-in fetches it", async () => {
    const source = open();
    await source.current();
    wait(3_700);
    answer = () => new Response(metadata([second]));
    expect(pems(await source.current())).toEqual([pemOf(first)]);
    expect(pems(await source.refresh())).toEqual([pemOf(second)]);
    expect(fetches).toBe(2);
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
