//! Names and colours of the palettes that other programs use.

/// COCO-Stuff's classes, "unlabeled" first, separated by commas (labels of Caesar, Uijlings and Ferrari, CVPR 2018).
/// Colours follow from the number, see `palette`.
pub(super) const COCO_STUFF: &str = "\
    unlabeled,person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,street sign,\
    stop sign,parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,hat,backpack,umbrella,shoe,\
    eye glasses,handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,\
    surfboard,tennis racket,bottle,plate,wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,\
    carrot,hot dog,pizza,donut,cake,chair,couch,potted plant,bed,mirror,dining table,window,desk,toilet,door,tv,laptop,\
    mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,refrigerator,blender,book,clock,vase,scissors,\
    teddy bear,hair drier,toothbrush,hair brush,banner,blanket,branch,bridge,building-other,bush,cabinet,cage,cardboard,\
    carpet,ceiling-other,ceiling-tile,cloth,clothes,clouds,counter,cupboard,curtain,desk-stuff,dirt,door-stuff,fence,\
    floor-marble,floor-other,floor-stone,floor-tile,floor-wood,flower,fog,food-other,fruit,furniture-other,grass,gravel,\
    ground-other,hill,house,leaves,light,mat,metal,mirror-stuff,moss,mountain,mud,napkin,net,paper,pavement,pillow,\
    plant-other,plastic,platform,playingfield,railing,railroad,river,road,rock,roof,rug,salad,sand,sea,shelf,sky-other,\
    skyscraper,snow,solid-other,stairs,stone,straw,structural-other,table,tent,textile-other,towel,tree,vegetable,\
    wall-brick,wall-concrete,wall-other,wall-panel,wall-stone,wall-tile,wall-wood,water-other,waterdrops,window-blind,\
    window-other,wood";

/// ADE20K's 150 classes (SceneParsing benchmark), a line each: colour in hex, name. Road and
/// skyscraper share a colour there.
pub(super) const ADE20K: &str = "\
    787878 wall\n\
    b47878 building\n\
    06e6e6 sky\n\
    503232 floor\n\
    04c803 tree\n\
    787850 ceiling\n\
    8c8c8c road\n\
    cc05ff bed\n\
    e6e6e6 windowpane\n\
    04fa07 grass\n\
    e005ff cabinet\n\
    ebff07 sidewalk\n\
    96053d person\n\
    787846 earth\n\
    08ff33 door\n\
    ff0652 table\n\
    8fff8c mountain\n\
    ccff04 plant\n\
    ff3307 curtain\n\
    cc4603 chair\n\
    0066c8 car\n\
    3de6fa water\n\
    ff0633 painting\n\
    0b66ff sofa\n\
    ff0747 shelf\n\
    ff09e0 house\n\
    0907e6 sea\n\
    dcdcdc mirror\n\
    ff095c rug\n\
    7009ff field\n\
    08ffd6 armchair\n\
    07ffe0 seat\n\
    ffb806 fence\n\
    0aff47 desk\n\
    ff290a rock\n\
    07ffff wardrobe\n\
    e0ff08 lamp\n\
    6608ff bathtub\n\
    ff3d06 railing\n\
    ffc207 cushion\n\
    ff7a08 base\n\
    00ff14 box\n\
    ff0829 column\n\
    ff0599 signboard\n\
    0633ff chest of drawers\n\
    eb0cff counter\n\
    a09614 sand\n\
    00a3ff sink\n\
    8c8c8c skyscraper\n\
    fa0a0f fireplace\n\
    14ff00 refrigerator\n\
    1fff00 grandstand\n\
    ff1f00 path\n\
    ffe000 stairs\n\
    99ff00 runway\n\
    0000ff case\n\
    ff4700 pool table\n\
    00ebff pillow\n\
    00adff screen door\n\
    1f00ff stairway\n\
    0bc8c8 river\n\
    ff5200 bridge\n\
    00fff5 bookcase\n\
    003dff blind\n\
    00ff70 coffee table\n\
    00ff85 toilet\n\
    ff0000 flower\n\
    ffa300 book\n\
    ff6600 hill\n\
    c2ff00 bench\n\
    008fff countertop\n\
    33ff00 stove\n\
    0052ff palm\n\
    00ff29 kitchen island\n\
    00ffad computer\n\
    0a00ff swivel chair\n\
    adff00 boat\n\
    00ff99 bar\n\
    ff5c00 arcade machine\n\
    ff00ff hovel\n\
    ff00f5 bus\n\
    ff0066 towel\n\
    ffad00 light\n\
    ff0014 truck\n\
    ffb8b8 tower\n\
    001fff chandelier\n\
    00ff3d awning\n\
    0047ff streetlight\n\
    ff00cc booth\n\
    00ffc2 television receiver\n\
    00ff52 airplane\n\
    000aff dirt track\n\
    0070ff apparel\n\
    3300ff pole\n\
    00c2ff land\n\
    007aff bannister\n\
    00ffa3 escalator\n\
    ff9900 ottoman\n\
    00ff0a bottle\n\
    ff7000 buffet\n\
    8fff00 poster\n\
    5200ff stage\n\
    a3ff00 van\n\
    ffeb00 ship\n\
    08b8aa fountain\n\
    8500ff conveyer belt\n\
    00ff5c canopy\n\
    b800ff washer\n\
    ff001f plaything\n\
    00b8ff swimming pool\n\
    00d6ff stool\n\
    ff0070 barrel\n\
    5cff00 basket\n\
    00e0ff waterfall\n\
    70e0ff tent\n\
    46b8a0 bag\n\
    a300ff minibike\n\
    9900ff cradle\n\
    47ff00 oven\n\
    ff00a3 ball\n\
    ffcc00 food\n\
    ff008f step\n\
    00ffeb tank\n\
    85ff00 trade name\n\
    ff00eb microwave\n\
    f500ff pot\n\
    ff007a animal\n\
    fff500 bicycle\n\
    0abed4 lake\n\
    d6ff00 dishwasher\n\
    00ccff screen\n\
    1400ff blanket\n\
    ffff00 sculpture\n\
    0099ff hood\n\
    0029ff sconce\n\
    00ffcc vase\n\
    2900ff traffic light\n\
    29ff00 tray\n\
    ad00ff ashcan\n\
    00f5ff fan\n\
    4700ff pier\n\
    7a00ff crt screen\n\
    00ffb8 plate\n\
    005cff monitor\n\
    b8ff00 bulletin board\n\
    0085ff shower\n\
    ffd600 radiator\n\
    19c2c2 glass\n\
    66ff00 clock\n\
    5c00ff flag";
