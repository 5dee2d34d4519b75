/** The script with which a page makes and uses passkeys (Web Authentication, level 3, section 5.1). */
import { createHash } from "node:crypto";
import type { RequestHandler } from "express";

const SCRIPT = `"use strict";
for (const form of document.querySelectorAll("form[data-passkey]")) {
  const adds = form.dataset.passkey === "add";
  const api = window.PublicKeyCredential;
  const parse = api && (adds ? api.parseCreationOptionsFromJSON : api.parseRequestOptionsFromJSON);
  if (!parse) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = form.querySelector("[role=alert]");
    problem.hidden = true;
    try {
      const publicKey = parse.call(api, JSON.parse(form.dataset.options));
      const made = await navigator.credentials[adds ? "create" : "get"]({ publicKey });
      form.elements.passkey.value = JSON.stringify(made.toJSON());
      form.submit();
    } catch {
      problem.hidden = false;
    }
  });
}
`;

const CACHE_SECONDS = 86_400;
/** The address changes when the script changes, so that a browser never uses an old script for a new page. */
export const PASSKEY_SCRIPT_URL = `/assets/passkey.js?v=${createHash("sha256").update(SCRIPT).digest("hex").slice(0, 8)}`;

/** Serves `/assets/passkey.js`. */
export const servePasskeyScript: RequestHandler = (_request, response) => {
  response.setHeader("Cache-Control", `public, max-age=${CACHE_SECONDS}`);
  response.type("js").send(SCRIPT);
};
