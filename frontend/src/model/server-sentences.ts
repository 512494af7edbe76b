/** Sentences that Dockge's protocol fixes, and those which the page says in its own language for each. */
export const serverSentences: Readonly<Record<string, string>> = {
    "Too frequently, try again later.": "login.tooOften",
    "Incorrect current password": "settings.wrongPassword",
};
