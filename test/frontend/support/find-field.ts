import type { DOMWrapper } from "@vue/test-utils";

/** A mounted page, or a part of one. */
type Searched = Pick<DOMWrapper<Element>, "find" | "findAll" | "get">;

/** The input, select or textarea of a label's text. */
export function field(wrapper: Searched, label: string) {
    const found = wrapper.findAll("label").find((one) => one.text() === label);
    const id = found?.attributes("for") ?? "";
    return wrapper.get<HTMLInputElement>(`[id="${id}"]`);
}

/** The text that a field's `aria-describedby` leads to, errors first as they stand in the page. */
export function described(wrapper: Searched, label: string): string {
    const ids = field(wrapper, label).attributes("aria-describedby")?.split(" ") ?? [];
    const parts = ids.map((id) => wrapper.find(`[id="${id}"]`));
    return parts.map((part) => (part.exists() ? part.text() : "")).join(" ");
}

export function button(wrapper: Searched, name: string) {
    const found = wrapper.findAll("button").find((one) => one.text() === name || one.attributes("aria-label") === name);
    if (found === undefined) {
        throw new Error(
            `There is no button "${name}", only: ${wrapper
                .findAll("button")
                .map((one) => one.text())
                .join(", ")}`,
        );
    }
    return found;
}
