// What scripts add to pages that work without them; each module looks for its own data attributes.
import { wireAttach } from "./attach.js";
import { wireCopy } from "./copy.js";
import { wireFilters } from "./filters.js";
import { wireFragments } from "./fragments.js";
import { wireKeys } from "./keys.js";
import { wireMenus } from "./menus.js";
import { wireOnce } from "./once.js";
import { wireSelection } from "./selection.js";

wireAttach();
wireCopy();
wireFilters();
wireFragments();
wireKeys();
wireMenus();
wireOnce();
wireSelection();
