const shortestSecret = 3;
const shortestLine = 4;
const wrapWidths = [76, 64];

/** All forms in which secrets may show, longest first, each once. */
export function maskForms(secrets: readonly string[]): readonly string[] {
    const forms = new Set(secrets.filter((secret) => secret.trim().length >= shortestSecret).flatMap(formsOf));
    return [...forms].sort((a, b) => b.length - a.length);
}

function formsOf(secret: string): string[] {
    const lines = secret.split(/\r?\n/).map((line) => line.trim());
    const values = [
        secret,
        secret.trim(),
        ...(lines.length > 1 ? lines.filter((line) => line.length >= shortestLine) : []),
    ];
    return values.flatMap((value) => [value, ...encodings(value)]).filter((form) => form.length >= shortestSecret);
}

function encodings(value: string): string[] {
    const url = encodeUrl(value);
    const json = JSON.stringify(value).slice(1, -1);
    const bytes = new TextEncoder().encode(value);
    return [
        url,
        url.replaceAll("%20", "+"),
        url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
        new URLSearchParams([["", value]]).toString().slice(1),
        json,
        json.replaceAll("/", "\\/"),
        value.replaceAll("'", "'\\''"),
        ...base64Forms(bytes),
        ...base64Forms(bytes).map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),
    ];
}

/** An unpaired surrogate cannot be URL-encoded; such a value has no such form. */
function encodeUrl(value: string): string {
    try {
        return encodeURIComponent(value);
    } catch {
        return value;
    }
}

/**
 * The base64 of the bytes alone (with and without padding), and what of it stands in the base64 of a longer text,
 * where the bytes may begin at each of three positions: only the characters that depend on nothing else; and the lines
 * of a wrapped one. Shorter than 6 characters they would match by chance.
 */
function base64Forms(bytes: Uint8Array): string[] {
    const whole = toBase64(bytes);
    const inner = [0, 1, 2].map((offset) => {
        const shifted = toBase64(Uint8Array.from([...Array.from({ length: offset }, () => 0), ...bytes]));
        const start = Math.ceil((offset * 8) / 6);
        const end = Math.floor(((offset + bytes.length) * 8) / 6);
        return shifted.slice(start, end);
    });
    const wrapped = wrapWidths.flatMap((width) => wrap(inner[0] ?? "", width));
    return [whole, whole.replace(/=+$/, ""), ...[...inner, ...wrapped].filter((form) => form.length >= 6)];
}

/** The lines that `base64` and `openssl` make of a long text; none where it fits on one. */
function wrap(text: string, width: number): string[] {
    return text.length > width ? (text.match(new RegExp(`.{1,${width}}`, "g")) ?? []) : [];
}

function toBase64(bytes: Uint8Array): string {
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
