/** SMTP_URL and USHER_MAIL_FROM: connections are encrypted by default, and errors contain no secret. */
import { describe, expect, it } from "@jest/globals";
import { readMailConfiguration } from "../../../src/config/mail.js";

const PUBLIC_URL = "https://sso.acme.example";
function read(server: string | null, sender: string | null = null, publicUrl = PUBLIC_URL) {
  const mistakes: string[] = [];
  const mail = readMailConfiguration({ server, sender }, publicUrl, (name, sentence) =>
    mistakes.push(`${name} ${sentence}`),
  );
  return { ...mail, mistakes };
}

describe("SMTP_URL", () => {
  it.each([
    ["smtps://mail.example", { host: "mail.example", port: 465, encryption: "TLS", credentials: null }],
    ["smtp://mail.example", { host: "mail.example", port: 587, encryption: "STARTTLS", credentials: null }],
    ["smtp://mail.example:25?tls=false", { host: "mail.example", port: 25, encryption: "NONE" }],
    ["smtp://127.0.0.1:2525/", { host: "127.0.0.1", port: 2525, encryption: "NONE" }],
    ["smtp://[::1]:2525", { host: "::1", port: 2525, encryption: "NONE" }],
    ["smtp://localhost?tls=true", { host: "localhost", port: 587, encryption: "STARTTLS" }],
    ["smtp://u%40x:p%2Fw@localhost", { encryption: "NONE", credentials: { user: "u@x", password: "p/w" } }],
    ["smtps://u:p@mail.example", { encryption: "TLS", credentials: { user: "u", password: "p" } }],
  ])("%s is read", (url, expected) => {
    expect(read(url)).toMatchObject({ server: expected, mistakes: [] });
  });

  it.each([
    ["http://mail.example"],
    ["mail.example:25"],
    ["smtp://"],
    ["smtp://mail.example/path"],
    ["smtp://mail.example?pool=true"],
    ["smtp://mail.example?tls=maybe"],
    ["smtps://mail.example?tls=false"],
    ["smtps://user@mail.example"],
    ["smtps://:top-secret@mail.example"],
    ["smtps://user:%zz-top-secret@mail.example"],
    ["smtp://user:top-secret@mail.example?tls=false"],
  ])("%s is a mistake", (url) => {
    const { server, mistakes } = read(url);
    expect(server).toBeNull();
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toMatch(/^SMTP_URL must /);
    expect(mistakes[0]).not.toContain("top-secret");
  });
});

describe("USHER_MAIL_FROM", () => {
  it("is made from USHER_URL unless it is set", () => {
    expect(read(null).sender).toEqual({
      name: "Usher",
      address: "no-reply@sso.acme.example",
      publicUrl: PUBLIC_URL,
    });
    expect(read(null, null, "http://[::1]:4000").sender.address).toBe("no-reply@localhost");
    expect(read(null, "Acme sign-in <usher@acme.example>").sender).toMatchObject({
      name: "Acme sign-in",
      address: "usher@acme.example",
    });
    expect(read(null, "usher@localhost").sender).toMatchObject({ name: "Usher", address: "usher@localhost" });
  });

  it.each(["acme.example", "a@b@c", "Acme <usher@acme.example", "a@x.example, b@x.example", "x\r\ny <a@x.example>"])(
    "%j is a mistake",
    (sender) => expect(read(null, sender).mistakes).toEqual([expect.stringMatching(/^USHER_MAIL_FROM must /)]),
  );
});
