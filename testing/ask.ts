/** Sends GraphQL requests over HTTP to any installation. */
import { createServer } from "node:net";

/** A GraphQL answer. Its shape is not checked: a test fails if an expected field is missing. */
export interface Answer {
  // any: the query decides the shape
  readonly data: any;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    // any: details are typed by code
    readonly extensions: { readonly code: string; readonly details: any; readonly reference: string | null };
  }[];
}

/** Posts a GraphQL request with an API key, or without one. */
export async function askGraphQL(
  url: string,
  query: string,
  variables: Record<string, unknown> = {},
  key: string | null = null,
): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}

/** Finds a free port. `USHER_URL` must name the port before the server listens. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port was given out");
  return address.port;
}
