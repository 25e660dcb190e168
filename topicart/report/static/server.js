// Whether a server that can search stands behind the page. This file says no; `topicart explore`
// sends another in its place.
"use strict";

window.topicart.server = null;
