/** Asks Usher over HTTP, as anybody's program does. */

/** Sends a document with a key, and answers its data. @throws Error with the sentences of what Usher refused */
export type Ask = <Data>(query: string, variables?: object) => Promise<Data>;

/** Asks an installation with one key. */
export function askWith(url: string, key: string): Ask {
  return async <Data>(query: string, variables: object = {}): Promise<Data> => {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data?: Data; errors?: { message: string }[] };
    if (data === undefined || errors) throw new Error(errors?.map(({ message }) => message).join("; ") ?? "no answer");
    return data;
  };
}
