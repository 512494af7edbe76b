import { describe, expect, it } from "vitest";
import { formatBytes } from "../../../frontend/src/model/byte-size.ts";
import { deviceOf } from "../../../frontend/src/model/device.ts";
import { formatDuration } from "../../../frontend/src/model/duration.ts";
import { chooseLocale, locales } from "../../../frontend/src/model/locale.ts";
import { pluralRules } from "../../../frontend/src/model/plural-rules.ts";
import { qrPath } from "../../../frontend/src/model/qr-path.ts";

describe("the language of the page", () => {
    it.each([
        ["", ["de-AT", "en"], "de"],
        ["", ["pt"], "pt-BR"],
        ["", ["pt-PT"], "pt-BR"],
        ["", ["zh"], "zh-CN"],
        ["", ["zh-TW"], "zh-CN"],
        ["", ["nl", "ja-JP"], "ja"],
        ["", ["nl"], "en"],
        ["", [], "en"],
        ["fr", ["de"], "fr"],
        ["xx", ["es-MX"], "es"],
    ] as const)("is, for the choice '%s' and the browser's %j, %s", (choice, preferred, locale) => {
        expect(chooseLocale(choice, preferred, locales)).toBe(locale);
    });

    it("is one that there are texts for", () => {
        expect(chooseLocale("ja", ["fr"], ["en", "fr"])).toBe("fr");
    });
});

describe("the form of a text for a count", () => {
    it.each([
        ["fr", 2, [0, 0, 1, 1]],
        ["fr", 3, [0, 1, 2, 2]],
        ["pt-BR", 2, [0, 0, 1, 1]],
        ["ja", 1, [0, 0, 0, 0]],
        ["zh-CN", 2, [0, 1, 1, 1]],
    ] as const)("in %s with %i forms", (locale, forms, wanted) => {
        expect([0, 1, 2, 5].map((count) => pluralRules[locale]?.(count, forms))).toEqual(wanted);
    });
});

describe("figures in other languages", () => {
    it.each([
        [formatBytes(1_500_000, "fr"), "1,5 Mo"],
        [formatBytes(820, "de"), "820 B"],
        [formatDuration(940, "de"), "0,9 Sek."],
        [formatDuration(185_000, "fr"), "3 min 05 s"],
        [formatDuration(3_725_000, "zh-CN"), "1 小时 02 分钟"],
    ])("%s", (text, wanted) => {
        expect(text.replaceAll(/\s/g, " ")).toBe(wanted);
    });
});

describe("a device in short words", () => {
    it.each([
        ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"],
        [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ],
        [
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari, iOS",
        ],
        ["curl/8.5.0", "curl"],
        ["node", "node"],
        ["", ""],
    ])("%s", (userAgent, device) => {
        expect(deviceOf(userAgent)).toBe(device);
    });
});

it("a QR code is squares within its frame", () => {
    const { size, path } = qrPath("otpauth://totp/x?secret=ABC");
    const places = [...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)];

    expect(places.length).toBeGreaterThan(100);
    expect(places.every(([, x, y]) => Number(x) < size && Number(y) < size)).toBe(true);
});
