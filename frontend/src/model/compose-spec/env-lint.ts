import type { Finding } from "./finding.ts";

/**
 * Lines of an `.env` file that are no `KEY=value`, no comment and not empty, nor part of a
 * quoted text over several lines. Dockge refuses a file of one such line alone.
 */
export function lintEnv(text: string): readonly Finding[] {
    const findings: Finding[] = [];
    const isOnly = !text.includes("\n");
    let from = 0;
    let quote: string | undefined;
    for (const line of text.split("\n")) {
        const to = from + line.trimEnd().length;
        if (quote !== undefined) {
            quote = closes(line, quote) ? undefined : quote;
        } else if (isWrong(line)) {
            findings.push({ from, to, severity: isOnly ? "error" : "warning", code: "envLine" });
        } else {
            quote = opened(line);
        }
        from += line.length + 1;
    }
    return findings;
}

function isWrong(line: string): boolean {
    const content = line.trim();
    return content !== "" && !content.startsWith("#") && !/^(export\s+)?[^\s=]+\s*=/.test(content);
}

/** The quote of a value that is not closed in its line. */
function opened(line: string): string | undefined {
    const [, quote = "", rest = ""] = /^[^#=]*=\s*(["'])(.*)$/.exec(line) ?? [];
    return quote !== "" && !closes(rest, quote) ? quote : undefined;
}

function closes(text: string, quote: string): boolean {
    return text.replace(/\\./g, "").includes(quote);
}
