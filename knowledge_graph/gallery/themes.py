"""What can be painted: each theme with its genre, its subjects and its possible titles.

``always`` are the subjects without which the theme would not be itself; ``sometimes`` are
optional ones with their chance. A painter paints exactly the subjects in the facts.
"""

# ruff: noqa: E501 - the tables below read better with one entry to a line

from __future__ import annotations

from dataclasses import dataclass

DAY = ("dawn", "morning", "noon", "afternoon", "dusk", "overcast")


ROOM = ("morning", "noon", "afternoon", "dusk")


ALL_SEASONS = ("spring", "summer", "autumn", "winter")


@dataclass(frozen=True)
class Theme:
    """The facts that every picture of a theme shares, and those it may have."""

    name: str
    genre: str
    words: str
    always: tuple[str, ...]
    sometimes: tuple[tuple[str, float], ...]
    titles: tuple[str, ...]
    """With a thing or an hour in brackets before those that need it."""
    hours: tuple[str, ...]
    seasons: tuple[str, ...]
    choose: tuple[int, tuple[str, ...]]
    """How many subjects are drawn from which; none comes twice."""
    upright: float
    """Share of the pictures that are higher than wide."""
    narrative: bool


def _theme(
    name: str,
    genre: str,
    words: str,
    always: str,
    sometimes: str,
    titles: str,
    *,
    hours: tuple[str, ...] = DAY,
    seasons: tuple[str, ...] = ALL_SEASONS,
    choose: tuple[int, tuple[str, ...]] = (0, ()),
    upright: float = 0.5,
    narrative: bool = False,
) -> Theme:
    """``sometimes`` reads ``"lake .4, pine .6"``, ``titles`` are parted by bars."""
    pairs = [part.rsplit(" ", 1) for part in sometimes.split(", ") if part]
    return Theme(
        name=name,
        genre=genre,
        words=words,
        always=tuple(always.split(", ")),
        sometimes=tuple((thing, float(share)) for thing, share in pairs),
        titles=tuple(t.strip() for t in titles.split("|")),
        hours=hours,
        seasons=seasons,
        choose=choose,
        upright=upright,
        narrative=narrative,
    )


THEMES: dict[str, Theme] = {
    t.name: t
    for t in (
        _theme("mountains", "landscape", "high mountains", "mountain, sky", "snow .6, lake .45, pine .6, cloud .5, sun .2, path .2",
               "Mountains at {hour}|The {place} Range|{season} in the High Country|Peaks above {place}|Mountain Pass near {place}|[snow]The White Summit|Ridge, {season}",
               upright=0.3),
        _theme("sea with ships", "marina", "ships at sea", "sea, ship, sky", "boat .5, bird .5, sun .35, moon .15, lighthouse .25, cloud .6",
               "Ships off {place}|The Roads of {place}|Sails at {hour}|Fleet in a Fresh Breeze|Leaving the Harbour of {place}|Calm Sea, {hour}|The Homeward Ship",
               hours=("dawn", "morning", "noon", "afternoon", "dusk", "night", "overcast"), upright=0.25),
        _theme("river with bridge", "landscape", "a bridge over a river", "river, bridge, tree", "boat .45, house .4, bird .2, sun .25, cloud .5, poplar .5",
               "The Bridge at {place}|Bridge over the River, {season}|The Old Bridge, {hour}|River near {place}|Stone Bridge in {season}|Reflections, {place}",
               upright=0.25),
        _theme("village", "landscape", "a village with its church", "village, house, church, tree", "path .6, hill .6, windmill .2, woman .3, cloud .5, cow .15",
               "Village of {place}|Street in {place}, {season}|The Church at {place}|[morning]{season} Morning in the Village|Roofs of {place}|Village Road, {hour}",
               upright=0.35),
        _theme("city at night", "cityscape", "a city at night", "city, night, window, street lamp", "moon .55, river .5, bridge .25, man .4, cathedral .35",
               "Night in {place}|{place} by Lamplight|The Boulevard at Night|City Lights, {season}|Nocturne, {place}|[river]Embankment at Midnight",
               hours=("night",), upright=0.5),
        _theme("fruit still life", "still life", "fruit on a table", "fruit, table", "jug .55, bottle .4, plate .5, cloth .7, knife .35, bowl .45, glass .3, drapery .5",
               "Still Life with {first}|{first} and {second} on a Table|Fruit, {season}|[cloth]The White Cloth|Still Life, {place}|Breakfast Piece with {second}",
               hours=ROOM, choose=(3, ("apple", "orange", "lemon", "pear", "peach", "plum", "pomegranate", "fig", "grapes")), upright=0.35),
        _theme("flowers", "flower painting", "a vase of flowers", "flower, vase", "butterfly .3, window .2, drapery .4, fruit .2, table .9",
               "{first} in a Vase|Bouquet with {first}|Flowers from {place}|{season} Flowers|{first} and {second}|Vase with {first}",
               hours=ROOM, choose=(2, ("rose", "sunflower", "tulip", "daisy", "poppy", "iris", "peony")), upright=0.85),
        _theme("vanitas", "vanitas", "a vanitas with a skull", "skull, candle, table, book", "hourglass .6, flower .4, glass .35, lemon .2, drapery .5, coin .35",
               "Vanitas|Vanitas with {third}|Memento Mori|All Is Vanity|Still Life with a Skull|Vanitas Still Life with {third}|The Hour and the Skull",
               hours=("dusk", "night"), upright=0.45),
        _theme("portrait", "portrait", "a portrait", "portrait, face", "hat .35, drapery .35, window .2, necklace .4, collar .45, beard .25",
               "Portrait of {person}|{person}|Portrait of a {sex}, {place}|{sex} from {place}|Study of {person}|Head of a {sex}",
               hours=ROOM, choose=(1, ("woman", "man")), upright=1.0),
        _theme("interior", "interior", "a room by daylight", "interior, window, floor", "table .75, chair .55, woman .65, curtain .5, painting .6, dog .25, bed .2, door .3",
               "Interior, {hour}|The Quiet Room|Room with a Window|Interior at {place}|Sunlight in the Parlour|[curtain]The Drawn Curtain|[woman]Woman at the Window, {place}|[woman]Woman in an Interior",
               hours=("morning", "noon", "afternoon"), upright=0.55),
        _theme("animals", "animal painting", "animals in a meadow", "animal, meadow, sky", "tree .7, hill .5, fence .35, pond .25, cloud .5, flower .4",
               "{first} in a Meadow|{first} and {second}|Grazing {first}, {place}|Pasture at {hour}|{first} under Trees|The Herd, {season}",
               choose=(2, ("horse", "cow", "sheep", "deer", "donkey", "dog")), upright=0.2, hours=("dawn", "morning", "noon", "afternoon", "dusk", "overcast")),
        _theme("battle", "battle painting", "a battle of horsemen", "battle, horse, soldier, weapon", "banner .8, smoke .8, fire .4, castle .35, dead .4, cannon .3",
               "The Battle of {place}|Cavalry Charge at {place}|Skirmish near {place}|The Siege of {place}|Horsemen Fighting|Rout of the Army at {place}",
               hours=("storm", "dusk", "overcast", "afternoon"), upright=0.15),
        _theme("harvest", "genre painting", "peasants at the harvest", "harvest, field, peasant, woman", "tree .6, sheaf .9, cart .35, sun .4, hill .6, village .3, bird .3, dog .15",
               "The Harvesters|Reapers at {place}|Haymaking, {hour}|Gleaners near {place}|[sheaf]Binding the Sheaves|The Harvest at {place}",
               seasons=("summer", "autumn"), hours=("morning", "noon", "afternoon", "dusk"), upright=0.25),
        _theme("geometric abstraction", "abstract", "geometric abstraction", "geometric shapes, line", "circle .9, square .75, triangle .7, grid .3, arc .4",
               "Composition {number}|Construction with {first}|Counterpoint {number}|Suprematist Study {number}|Rhythm in {colour}|Equilibrium {number}",
               hours=("noon",), choose=(1, ("red", "blue", "yellow", "black", "green", "orange")), upright=0.5),
        _theme("colour-field abstraction", "abstract", "fields of colour", "fields of color", "band .5, rectangle .6, horizon .25",
               "Untitled ({first} and {second})|{first} over {second}|Field {number}|{first}, {second}|Untitled, {year}|Silence in {first}",
               hours=("noon",), choose=(2, ("red", "blue", "yellow", "black", "green", "orange", "violet", "white")), upright=0.8),
        _theme("Eve and the serpent", "religious painting", "Eve and the serpent", "Eve, serpent, tree, apple", "Adam .65, deer .4, bird .35, river .3, flower .6, sheep .25",
               "Eve and the Serpent|The Fall of Man|[Adam]Adam and Eve|The Temptation|Eve at the Tree|In the Garden of Eden",
               hours=("morning", "noon", "afternoon", "dusk"), seasons=("spring", "summer"), narrative=True, upright=0.7),
        _theme("annunciation", "religious painting", "the annunciation", "angel, Virgin Mary, lily, dove", "column .7, book .7, garden .5, curtain .5, vase .5",
               "The Annunciation|Annunciation|The Angel Gabriel and Mary|Annunciation of {place}|Ave Maria",
               hours=("morning", "noon", "dusk"), seasons=("spring", "summer"), narrative=True, upright=0.45),
        _theme("flight into Egypt", "religious painting", "the flight into Egypt", "Virgin Mary, Christ child, Saint Joseph, donkey", "moon .4, palm .5, river .3, pyramid .25, mountain .5, angel .3",
               "The Flight into Egypt|Landscape with the Flight into Egypt|The Holy Family on the Way|The Road to Egypt|[night]Flight by Night",
               hours=("dawn", "dusk", "night", "afternoon"), seasons=("summer", "autumn"), narrative=True, upright=0.3),
        _theme("shipwreck", "history painting", "a shipwreck in a storm", "shipwreck, ship, storm, sea", "raft .5, lightning .55, rock .6, man .8",
               "The Shipwreck|Wreck of the {ship}|Ship in a Storm off {place}|The Loss of the {ship}|Storm at Sea|[raft]The Survivors of the {ship}",
               hours=("storm",), narrative=True, upright=0.25),
        _theme("Saint George", "religious painting", "Saint George and the dragon", "Saint George, dragon, horse, lance", "princess .6, castle .6, cave .4, tree .4, skull .3, mountain .4",
               "Saint George and the Dragon|Saint George|The Combat with the Dragon|[princess]Saint George Freeing the Princess",
               hours=("morning", "afternoon", "dusk", "storm"), seasons=("spring", "summer", "autumn"), narrative=True, upright=0.4),
        _theme("Narcissus", "mythological painting", "Narcissus at the water", "Narcissus, water, reflection", "tree .7, flower .8, Echo .4, rock .6, deer .2, dog .2, moon .15",
               "Narcissus|Narcissus at the Spring|[Echo]Echo and Narcissus|The Pool of Narcissus|Narcissus and His Reflection",
               hours=("morning", "afternoon", "dusk", "night"), seasons=("spring", "summer", "autumn"), narrative=True, upright=0.55),
        _theme("fall of Icarus", "mythological painting", "the fall of Icarus", "Icarus, wings, sea, sun", "Daedalus .55, ship .6, mountain .4, bird .4, horse .25, feather .6",
               "The Fall of Icarus|Icarus|Landscape with the Fall of Icarus|[Daedalus]Daedalus and Icarus|Icarus and the Sun",
               hours=("noon", "dusk", "morning"), seasons=("summer",), narrative=True, upright=0.6),
        _theme("crucifixion", "religious painting", "the crucifixion", "Christ, cross, hill", "thief .5, Virgin Mary .7, Saint John .5, soldier .4, skull .4, city .4, angel .3, horse .25",
               "The Crucifixion|Calvary|Golgotha|Christ on the Cross|The Ninth Hour|[Virgin Mary]Crucifixion with Mourners",
               hours=("storm", "dusk", "overcast", "dusk"), seasons=("summer", "autumn"), narrative=True, upright=0.75),
    )
}  # fmt: skip


SHIPS = ("Esperance", "Morning Star", "Santa Brígida", "Heron", "Zeevrouw", "Concordia", "Petrel")


PEOPLE = {
    "woman": ("Marta Lindqvist", "the Widow Aerts", "Signora Bellandi", "Miss Ashby", "Fatima Zahir", "Countess Orlova", "a Girl from the Coast", "the Artist's Mother", "Doña Leonor", "Mrs Penhallow"),
    "man": ("Jakob Wiese", "a Scholar", "Captain Moreau", "Don Esteban", "the Poet Halvard", "an Old Man", "the Notary Bruin", "Doctor Amsel", "a Young Nobleman", "the Painter Tadeo"),
}  # fmt: skip
