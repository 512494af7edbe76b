/**
 * A server's complaint in the words of the page: without the name that a machine's field has in the API, and with the
 * switch that allows a private address (`switchIt`: what to do with it) in the place of that field.
 */
export function pageWords(message: string, switchIt: string): string {
    const words = message
        .replace(/(?:allow it with|set) allowPrivateHost (?:where it|if that) is meant/, switchIt)
        .replace(/^(?:host|privateKey|targetIds): /, "");
    return words === message ? message : words.charAt(0).toUpperCase() + words.slice(1);
}
