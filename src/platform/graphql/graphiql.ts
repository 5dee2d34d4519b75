/**
 * GraphiQL for browsers, served from the npm packages: the page loads nothing from another origin and has no inline
 * script.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import express, { type Request, type RequestHandler, type Router } from "express";
import { html, renderPage } from "../http/pages.js";

const ASSET_CACHE_SECONDS = 86_400;

/**
 * Inline styles are allowed because GraphiQL adds a `<style>` element while a dialog is open, so that the page behind does not
 * scroll. Its text depends on the width of the scroll bar, so a fixed hash cannot allow it. Fonts are embedded in GraphiQL's style
 * sheet. Scripts come from this origin only.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Shown in an empty editor. */
const DEFAULT_QUERY = `# The book at the upper left
# has the documentation.
# You are here with your session;
# for an API key, enter it below,
# under "Headers":
# { "Authorization": "Bearer KEY" }

query WhoAmI {
  viewer {
    user {
      email
      firstName
      lastName
    }
    permissions
  }
}
`;

const START_SCRIPT = `"use strict";
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: location.pathname }),
    defaultQuery: ${JSON.stringify(DEFAULT_QUERY)},
    defaultEditorToolsVisibility: true,
  }),
);
`;

const START_STYLES = `html, body, #graphiql { height: 100%; margin: 0; }
.loading { font: 1rem system-ui, sans-serif; padding: 1rem; }
`;

export interface GraphiqlOptions {
  /** Whether this browser may see the page; in production, only signed-in administrators. */
  readonly mayOpen: (request: Request) => Promise<boolean>;
}

/**
 * Makes the router that goes before the endpoint's own at `/graphql`. It serves the page to browsers, and its assets. Other
 * requests go on to the endpoint.
 */
export function createGraphiqlRouter({ mayOpen }: GraphiqlOptions): Router {
  const assets = loadAssets();
  const answerPage = createPageHandler(mayOpen, [...assets.keys()]);
  const router = express.Router();
  // Express would use a route for GET to respond to OPTIONS too, before the CORS of the endpoint.
  router.use((request, response, next) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      next("router");
      return;
    }
    const asset = assets.get(request.path.replace(/^\/assets\//, ""));
    if (asset === undefined) {
      next();
      return;
    }
    response.setHeader("Cache-Control", `public, max-age=${ASSET_CACHE_SECONDS}, immutable`);
    response.type(asset.type).send(asset.content);
  });
  router.use(answerPage);
  return router;
}

function createPageHandler(mayOpen: GraphiqlOptions["mayOpen"], assetNames: readonly string[]): RequestHandler {
  return async (request, response, next) => {
    response.vary("Accept");
    // JSON comes first in this list, so that a client that accepts anything gets the endpoint and not the page.
    const type = request.accepts(["application/json", "application/graphql-response+json", "text/html"]);
    if (request.path !== "/" || type !== "text/html") {
      next();
      return;
    }
    response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    response.setHeader("Cache-Control", "no-store");
    const isAllowed = await mayOpen(request);
    response
      .status(isAllowed ? 200 : 403)
      .type("html")
      .send(isAllowed ? renderGraphiql(request.baseUrl, assetNames) : REFUSAL);
  };
}

function renderGraphiql(baseUrl: string, names: readonly string[]): string {
  const tags = names.map((name) =>
    name.endsWith(".css")
      ? `<link rel="stylesheet" href="${baseUrl}/assets/${name}">`
      : `<script defer src="${baseUrl}/assets/${name}"></script>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>GraphiQL · Usher</title>
${tags.join("\n")}
</head>
<body>
<noscript><p class="loading">GraphiQL needs JavaScript. The interface itself does not: send it a POST.</p></noscript>
<div id="graphiql"><p class="loading">GraphiQL is loading…</p></div>
</body>
</html>
`;
}

const REFUSAL = renderPage({
  title: "GraphiQL is for administrators",
  body: html`<p>It is open to people who are signed in and may change the organization.</p>
    <p><a href="/sign-in?returnTo=/graphql">Sign in</a></p>`,
});

interface Asset {
  readonly type: "css" | "js";
  readonly content: Buffer;
}

/** The page's files by hashed name, in loading order. */
function loadAssets(): ReadonlyMap<string, Asset> {
  const require = createRequire(import.meta.url);
  const read = (name: string, file: string) =>
    readFileSync(join(dirname(require.resolve(`${name}/package.json`)), file));
  const files: readonly (readonly [string, Asset])[] = [
    ["graphiql", { type: "css", content: read("graphiql", "graphiql.min.css") }],
    ["start", { type: "css", content: Buffer.from(START_STYLES) }],
    ["react", { type: "js", content: read("react", "umd/react.production.min.js") }],
    ["react-dom", { type: "js", content: read("react-dom", "umd/react-dom.production.min.js") }],
    ["graphiql", { type: "js", content: read("graphiql", "graphiql.min.js") }],
    ["start", { type: "js", content: Buffer.from(START_SCRIPT) }],
  ];
  return new Map(
    files.map(([name, asset]) => {
      const hash = createHash("sha256").update(asset.content).digest("hex").slice(0, 12);
      return [`${name}.${hash}.${asset.type}`, asset];
    }),
  );
}
