// The behaviour every page shares. Pages work without it, except what their own modules add.
import { makeCards } from "./cards.js";
import { watchCopying } from "./copy.js";
import { watchDialogs } from "./dialogs.js";
import { watchForms } from "./forms.js";
import { watchLists } from "./lists.js";
import { showPlace } from "./menu.js";
import { watchPapers } from "./papers.js";
import { watchSession } from "./session.js";
import { watchTheme } from "./theme.js";

watchTheme();
watchDialogs();
watchForms();
watchLists();
makeCards();
watchPapers();
watchSession();
watchCopying();
showPlace();
