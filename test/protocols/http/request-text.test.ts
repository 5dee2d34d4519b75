/** A request returns one bounded answer, or a refusal with the code that its protocol chose. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { requestText, type Fetch, type TextRequest } from "../../../src/protocols/http/index.js";

const ANSWERS: Readonly<Record<string, RequestListener>> = {
  "/ok": (request, response) => response.end(`é ${request.method} ${request.headers.accept}`),
  "/failing": (_, response) => response.writeHead(500).end("sorry"),
  "/redirect": (_, response) => response.writeHead(302, { location: "/ok?ticket=ST-1" }).end(),
  "/long": (_, response) => response.end("x".repeat(101)),
  "/silent": () => undefined,
  "/disconnect": (request) => request.socket.destroy(),
};
const server = createServer((request, response) => ANSWERS[request.url?.split("?")[0] ?? ""]?.(request, response));
let origin: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const request = (path: string, further: Partial<TextRequest> = {}, lentFetch: Fetch = fetch) =>
  requestText(lentFetch, {
    what: "the page",
    address: `${origin}${path}`,
    codeOf: (failure) => `TEST_${failure}`,
    longestAnswerBytes: 100,
    timeoutMilliseconds: 300,
    ...further,
  });

test("returns the text, for every status", async () => {
  const init = { method: "POST", headers: { accept: "text/xml" } };
  const { date, ...answer } = await request("/ok", { init });
  expect(answer).toEqual({ status: 200, text: "é POST text/xml", retryAfterSeconds: null });
  expect(Math.abs(Date.now() - (date?.valueOf() ?? 0))).toBeLessThan(60_000);
  expect(await request("/failing")).toMatchObject({ status: 500, text: "sorry" });
});

test.each([
  ["/redirect", "redirect"],
  ["/long", "too-large"],
  ["/silent", "timeout"],
  ["/disconnect", "unreachable"],
])("refuses %s as %s, and names the request without its query", async (path, failure) => {
  const detail = expect.stringContaining(`the page at ${origin}${path}`);
  const refusal: unknown = await request(`${path}?ticket=ST-1`).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ name: "ProtocolRefusal", code: `TEST_${failure}`, detail });
  expect(String(refusal)).not.toContain("ST-1");
});

test.each([
  ["TIMEOUT", "timeout"],
  ["TOO_LARGE", "too-large"],
  ["REDIRECT_REFUSED", "redirect"],
  ["CERTIFICATE_REFUSED", "certificate"],
  ["ADDRESS_REFUSED", "forbidden"],
  ["SCHEME_REFUSED", "forbidden"],
  ["CREDENTIALS_REFUSED", "forbidden"],
  ["toString", "unreachable"],
])("refuses what the fetch refused with %s as %s", async (code, failure) => {
  const refuse = () => Promise.reject(Object.assign(new Error("No."), { code }));
  await expect(request("/ok", {}, refuse)).rejects.toMatchObject({ code: `TEST_${failure}` });
});
