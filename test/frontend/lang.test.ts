import { describe, expect, it } from "vitest";
import { z } from "zod";
import { locales } from "../../frontend/src/model/locale.ts";

const languages = import.meta.glob("../../frontend/src/lang/*.json", { import: "default", eager: true });
const page = Object.values(
    import.meta.glob<string>("../../frontend/src/**/*.{vue,ts}", { query: "?raw", import: "default", eager: true }),
).join("\n");
const server = Object.values(
    import.meta.glob<string>("../../backend/**/*.ts", { query: "?raw", import: "default", eager: true }),
).join("\n");

type Texts = { readonly [key: string]: string | Texts };
const Texts: z.ZodType<Texts> = z.lazy(() => z.record(z.string(), z.union([z.string(), Texts])));

/** Every text of a language file by its whole key. */
function textsOf(locale: string): ReadonlyMap<string, string> {
    const flat = (texts: Texts, prefix: string): [string, string][] =>
        Object.entries(texts).flatMap(([key, value]): [string, string][] =>
            typeof value === "string" ? [[prefix + key, value]] : flat(value, `${prefix}${key}.`),
        );
    return new Map(flat(Texts.parse(languages[`../../frontend/src/lang/${locale}.json`]), ""));
}

/** The forms of a text: what stands between `|`, but for one that is quoted as `{'|'}`. */
function formsOf(text: string): readonly string[] {
    return text.replaceAll(/\{'[^']*'\}/g, "").split("|");
}

function placeholdersOf(text: string): readonly string[] {
    const names = [...text.matchAll(/\{\s*([\w.]+)\s*\}/g)].map(([, name = ""]) => name);
    return [...new Set(names)].toSorted();
}

/** Steps on pages of a provider, which name its fields as they stand there. */
const quotesProvider = /\.steps\./;

/** Placeholders are no words. */
function wordsOf(text: string): number {
    return text.replaceAll(/\{[^}]*\}/g, "").match(/\p{L}{2,}/gu)?.length ?? 0;
}

/** How many forms a language needs where English has so many; see frontend/src/model/plural-rules.ts. */
function wantedForms(locale: string, english: number): number {
    return ["zh-CN", "ja"].includes(locale) && english > 1 ? english - 1 : english;
}

/** Names, signs and words that are the same in (nearly) every language. */
const sameEverywhere =
    /^(?:[^\p{L}]*|\P{L}*\{\w+\}\P{L}*|Dockge.*|Docker.*|Git\w*|Bitbucket|Gitea.*|Compose|Webhook.*|Token|URL|SSH.*|HTTP.*|TLS|YAML|CPU|ID|MIT|OK|compose\.yaml.*|\.env|global\.env|\.?docker\S*|\S+\.ya?ml.*|[a-z]+\/\S+)$/u;
/** How much of a language may be as in English: words that both have. */
const tolerated = 0.12;

const english = textsOf("en");
const others = Object.keys(languages)
    .map((file) => file.replace(/^.*\/|\.json$/g, ""))
    .filter((locale) => locale !== "en");

describe("the English texts", () => {
    it("are nowhere empty, and have no space at an end", () => {
        expect([...english].filter(([, text]) => text.trim() === "" || text.trim() !== text)).toEqual([]);
    });

    it("have two or three forms where they count", () => {
        const wrong = [...english].filter(([, text]) => formsOf(text).length > 3);
        expect(wrong).toEqual([]);
    });

    it("are all used: their key stands in the page or, for the server's sentences, in the server", () => {
        const literals = new Set([...`${page}\n${server}`.matchAll(/(["'`])([\w ,.-]+)\1/g)].map(([, , text]) => text));
        const begins = [...page.matchAll(/`([\w-]+(?:\.[\w-]+)*\.)\$\{/g)].map(([, begin = ""]) => begin);
        const ends = [...page.matchAll(/`\$\{[^}`]+\}((?:\.[\w-]+)+)`/g)].map(([, end = ""]) => end);
        const isMade = (key: string): boolean =>
            begins.some((begin) => key.startsWith(begin)) || ends.some((end) => key.endsWith(end));

        expect([...english.keys()].filter((key) => !literals.has(key) && !isMade(key))).toEqual([]);
    });
});

it.runIf(others.length > 0).each(others)("%s is one of the page's languages", (locale) => {
    expect(locales).toContain(locale);
});

describe.runIf(others.length > 0).each(others)("the texts of %s", (locale) => {
    const texts = textsOf(locale);
    const both = [...english].flatMap(([key, en]): (readonly [string, string, string])[] => {
        const text = texts.get(key);
        return text === undefined ? [] : [[key, en, text]];
    });

    it("have exactly the keys of the English ones", () => {
        expect([...english.keys()].filter((key) => !texts.has(key))).toEqual([]);
        expect([...texts.keys()].filter((key) => !english.has(key))).toEqual([]);
    });

    it("are nowhere empty", () => {
        expect(both.filter(([, , text]) => text.trim() === "" || text.trim() !== text)).toEqual([]);
        expect(both.filter(([, , text]) => formsOf(text).some((form) => form.trim() === ""))).toEqual([]);
    });

    it("have the same placeholders", () => {
        const wrong = both.filter(([, en, text]) => placeholdersOf(en).join() !== placeholdersOf(text).join());
        expect(wrong).toEqual([]);
    });

    it("have as many forms as the language counts with", () => {
        const wrong = both.filter(([, en, text]) => formsOf(text).length !== wantedForms(locale, formsOf(en).length));
        expect(wrong).toEqual([]);
    });

    it("are not left in English", () => {
        const same = both.filter(([, en, text]) => en === text && !sameEverywhere.test(en));
        const sentences = same.filter(([key, en]) => wordsOf(en) > 3 && !quotesProvider.test(key));
        expect(sentences).toEqual([]);
        expect(same.length / both.length, same.map(([key]) => key).join(", ")).toBeLessThan(tolerated);
    });
});
