import type { Browser, Page } from "playwright-core";
import { openBrowser } from "./browser.ts";
import { admin, type TestServer } from "./server.ts";

/** A browser on a server's page, logged in, and what went wrong in it since. */
export interface LoggedIn {
    readonly browser: Browser;
    readonly page: Page;
    readonly problems: readonly string[];
}

/** Says nothing of the page: the engine has made or removed a network of this machine. */
const networkChange = "net::ERR_NETWORK_CHANGED";

export async function logInPage(server: Pick<TestServer, "url">): Promise<LoggedIn> {
    const browser = await openBrowser();
    if (browser === undefined) {
        throw new Error("no browser");
    }
    const problems: string[] = [];
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    page.on("console", (message) => {
        if (message.type() === "error" && !message.text().includes(networkChange)) {
            problems.push(message.text());
        }
    });
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(server.url);
    await page.getByLabel("User name").fill(admin.username);
    await page.getByLabel("Password").fill(admin.password);
    await page.getByRole("button", { name: "Log in" }).click();
    return { browser, page, problems };
}
