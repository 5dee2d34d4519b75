/** The HTML of messages: what tenants and people put into it stays text, and nothing is loaded or linked from elsewhere. */
import { expect, it } from "@jest/globals";
import { writeHtml } from "../../../src/platform/mail/write-html.js";

const HOME = "https://usher.example.com";
const write = (body: string, heading = "Acme") => writeHtml({ subject: "Hello", body, heading }, HOME);
const linksOf = (text: string) => [...text.matchAll(/<a href="([^"]*)"/g)].map(([, address]) => address);

it("has a paragraph for each of the text, and its lines", () => {
  const text = write("Hello Ada,\n\nfirst line\nsecond line\n\nBye\n");
  expect([...text.matchAll(/<p>(.*?)<\/p>/g)].map(([, inner]) => inner)).toEqual([
    "Hello Ada,",
    "first line<br />second line",
    "Bye",
  ]);
});

it("escapes markup in the heading, the subject and the text", () => {
  const hostile = `<img src="https://evil.example/x.png" onerror='alert(1)'>`;
  const text = writeHtml(
    { subject: hostile, body: `Hello ${hostile},\n\n</p><script>alert(1)</script>`, heading: hostile },
    HOME,
  );
  expect(text).not.toMatch(/<img|<script|<iframe|onerror='/);
  expect(text.match(/&lt;img src=&quot;/g)).toHaveLength(3);
});

it("loads nothing, and follows light and dark", () => {
  const text = write(`Open ${HOME}/graphql`);
  expect(text).not.toMatch(/\b(src|background|srcset)=|url\(|@import|<link|<script/);
  expect(text).toContain("prefers-color-scheme: dark");
});

it("links the addresses of the installation, without the punctuation after them", () => {
  expect(linksOf(write(`Open ${HOME}/reset/usher_x-1?a=b&c=d. Or (${HOME}/o/acme), now.`))).toEqual([
    `${HOME}/reset/usher_x-1?a=b&amp;c=d`,
    `${HOME}/o/acme`,
  ]);
});

it.each([
  "https://evil.example/login",
  `${HOME}.evil.example/login`,
  `${HOME}@evil.example/login`,
  "http://usher.example.com/login",
  `https://evil.example/${HOME}/login`,
  "javascript:alert(1)",
])("leaves %s, which a person chose as their name, as text", (address) => {
  const text = write(`Hello ${address},\n\nyour account waits.`);
  expect(linksOf(text)).toEqual([]);
  expect(text).toContain(address);
});
