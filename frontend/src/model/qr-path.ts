import { encode } from "uqr";

/** The black squares of a text's QR code as an SVG path, one unit a square, quiet zone included. */
export function qrPath(text: string): { readonly size: number; readonly path: string } {
    const { size, data } = encode(text, { ecc: "M", border: 2 });
    const squares = data.flatMap((row, y) => row.flatMap((black, x) => (black ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { size, path: squares.join("") };
}
