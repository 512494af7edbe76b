import { parseDocument } from "yaml";
import { AppError } from "../../../common/errors.ts";
import type { StackTexts } from "../core/stack-files.ts";

/** Refuses texts that are no YAML or no environment file, with Dockge's messages. Throws AppError `invalid`. */
export function checkStackTexts({ composeYAML, composeENV }: StackTexts): void {
    const [error] = parseDocument(composeYAML, { logLevel: "silent" }).errors;
    if (error !== undefined) {
        throw new AppError("invalid", error.message);
    }
    if (composeENV !== "" && !composeENV.includes("\n") && !composeENV.includes("=")) {
        throw new AppError("invalid", "Invalid .env format");
    }
}
