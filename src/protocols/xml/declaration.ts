/** The start of a document, before its root element (XML 1.0, sections 2.8 and 4.3.3). */

const DECLARATION =
  /^<\?xml[ \t\r\n]+version=(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding=(?:"[Uu][Tt][Ff]-8"|'[Uu][Tt][Ff]-8'))?(?:[ \t\r\n]+standalone=(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/;

/**
 * Removes the byte order mark and an XML declaration of version 1.0 in UTF-8. Every other declaration stays in the
 * text, and `readXml` refuses the text.
 */
export function removeDeclaration(text: string): string {
  return text.replace(/^\uFEFF/, "").replace(DECLARATION, "");
}
